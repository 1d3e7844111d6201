"""Prefect tasks: each reads its inputs from the store, calls one function of al_core, and keeps the result."""

from tasks import machine

machine.apply()
