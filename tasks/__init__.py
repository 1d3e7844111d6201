"""Prefect tasks: each reads its inputs from the store, calls one function of al_core, and keeps the result."""

from tasks.machine import allow_by_environment

allow_by_environment()
