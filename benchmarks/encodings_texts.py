"""Sentences of customers' mails in many languages, written for `encodings.py`: those that detection was tuned on."""

TUNED: dict[str, str] = {
    "French": """
Bonjour, ma commande n'est toujours pas arrivée et personne ne répond au téléphone.
J'ai été débité deux fois pour le même achat, pouvez-vous vérifier ?
Le colis était abîmé à la réception et la boîte est cassée.
Où puis-je télécharger ma dernière facture, s'il vous plaît ?
Mon mot de passe a été refusé après la mise à jour d'août.
Très déçu du service, je souhaite être remboursé dès que possible.
La livraison était prévue mardi, mais le livreur n'est jamais passé.
Ça fait trois semaines que j'attends une réponse à ma réclamation.
Le garçon à l'accueil était très aimable, merci à toute l'équipe.
Votre site affiche une erreur lorsque je clique sur « Déconnexion ».
Je voudrais résilier mon abonnement avant la fin de l'année.
L'œuvre reçue n'est pas celle que j'avais commandée, hélas.
Le prix a augmenté de 5 € sans aucun préavis, c'est inacceptable.
""",
    "Spanish": """
Señor, mi pedido todavía no ha llegado y nadie contesta el teléfono.
¿Dónde puedo descargar la última factura de mi suscripción?
Me cobraron dos veces el mismo artículo, ¡por favor, devuélvanme el dinero!
Olvidé mi contraseña y no recibo el correo de recuperación.
El paquete llegó dañado y falta un cargador pequeño.
La aplicación se cierra cada vez que intento iniciar sesión.
Quiero cancelar el envío porque mañana salgo de viaje.
El año pasado pagué menos, ¿por qué subió tanto el precio?
Estoy muy contenta con la atención que recibí de su compañía.
No sé cómo cambiar la dirección de entrega en mi página.
Según el mensaje, la tarjeta expiró, pero aún está vigente.
Mi niña rompió la pantalla, ¿está cubierta por la garantía?
""",
    "Portuguese": """
Olá, a minha encomenda ainda não chegou e ninguém atende o telefone.
Não consigo iniciar sessão na aplicação desde ontem à noite.
Fui cobrado duas vezes pela mesma refeição, preciso de devolução.
A caixa chegou danificada e faltam três peças.
Como faço para alterar o endereço de entrega da minha compra?
O preço subiu muito e não recebi nenhuma explicação.
Gostaria de cancelar a minha subscrição até ao fim do mês.
Vocês são ótimos, a atenção que recebi foi excelente!
O código de confirmação não é aceite pelo vosso sistema.
Já enviei cinco mensagens e ainda não há solução à vista.
A promoção de verão não foi aplicada às minhas duas camisolas.
O avô recebeu um cartão que não pediu, é possível anulá-lo?
""",
    "Swedish": """
Hej, mitt paket har inte kommit fram än och ingen svarar i telefon.
Jag har blivit debiterad två gånger för samma köp.
Lösenordet fungerar inte längre efter uppdateringen i går.
Varan var trasig när jag öppnade lådan, vad gör jag nu?
Kan ni ändra leveransadressen på min beställning?
Jag vill säga upp mitt abonnemang så fort som möjligt.
Priset på fakturan stämmer inte överens med det ni lovade.
Tack så mycket för snabb hjälp, ni är bäst!
Appen stängs av varje gång jag försöker logga in.
Var hittar jag kvittot för mitt senaste inköp?
Äntligen kom skorna, men de är två storlekar för små.
När öppnar er butik på lördag, och får man ta med hunden?
""",
    "German": """
Guten Tag, meine Bestellung ist immer noch nicht angekommen.
Können Sie mir bitte die letzte Rechnung für März schicken?
Das Gerät läuft nicht mehr, seit ich das Update eingespielt habe.
Ich möchte meinen Vertrag kündigen und das Geld zurückerhalten.
Der Fahrer hat das Paket einfach vor die Tür gelegt, ohne zu klingeln.
Leider wurde mir der Betrag doppelt abgebucht, das ist ärgerlich.
Die Größe stimmt nicht, ich brauche die Schuhe in 42 statt 39.
Über die App kann ich mich seit heute früh nicht anmelden.
Vielen Dank für die schöne Beratung, ich war sehr zufrieden.
Wie ändere ich die Straße in meiner Lieferadresse?
Ein Stück fehlt, und die Schüssel hat einen Sprung.
Öffnen Sie am Samstag auch schon früher als zehn Uhr?
""",
    "Italian": """
Buongiorno, il mio ordine non è ancora arrivato e nessuno risponde.
Perché mi avete addebitato due volte lo stesso acquisto?
Non riesco più ad accedere all'app dopo l'aggiornamento.
Il pacco è arrivato rotto, così non posso usarlo.
Dove si può scaricare la ricevuta di lunedì?
Vorrei disdire l'abbonamento, però il sito non lo permette.
La qualità è ottima e la spedizione è stata veloce.
Il prezzo è salito di 5 € senza alcun preavviso, ciò non va bene.
Quando sarà di nuovo disponibile la taglia più piccola?
La mia città non compare nell'elenco, eppure abito in centro.
Giovedì il corriere è passato, ma non c'era nessuno in casa.
Potrà il servizio clienti richiamarmi oggi, o è già chiuso?
""",
    "Danish": """
Hej, min pakke er ikke kommet endnu, og ingen tager telefonen.
Jeg er blevet trukket to gange for det samme køb.
Adgangskoden virker ikke længere efter opdateringen i går.
Varen var ødelagt, da jeg åbnede æsken.
Kan I ændre leveringsadressen på min bestilling?
Jeg ønsker at opsige mit abonnement så hurtigt som muligt.
Prisen på fakturaen er højere end den, I lovede mig.
Tusind tak for den søde betjening, jeg kommer gerne igen.
Hvornår åbner jeres butik på lørdag?
Skærmen er gået i stykker, dækker garantien det?
Æblerne var rådne, og grøntsagerne var også for gamle.
Jeg kan ikke få lov at bruge gavekortet på jeres hjemmeside.
""",
    "Finnish": """
Hei, tilaukseni ei ole vieläkään saapunut perille.
Minulta on veloitettu kahdesti samasta ostoksesta, mitä teen?
En pääse enää kirjautumaan sovellukseen päivityksen jälkeen.
Paketti oli rikki, kun avasin sen tänään työpaikalla.
Voitteko vaihtaa toimitusosoitteen, koska muutan ensi viikolla?
Haluaisin peruuttaa tilauksen mahdollisimman pian, kiitos.
Hinta nousi viisi euroa ilman mitään selitystä.
Kiitos hyvästä palvelusta, olen erittäin tyytyväinen!
Mistä löydän kuitin viimeisestä ostoksestani?
Äitini sai väärän kokoiset kengät, voiko ne lähettää takaisin?
Näyttö jäätyy aina, kun yritän lisätä kuvan.
Öisin laitteesta kuuluu häiritsevä ääni.
""",
    "Dutch": """
Goedemiddag, mijn bestelling is nog steeds niet bezorgd.
Er is twee keer geld afgeschreven voor één product.
Kunt u de financiële afdeling vragen om mijn factuur te sturen?
Het pakket kwam beschadigd aan, de doos was opengescheurd.
Ik ben geïnteresseerd in een ander abonnement, wat zijn de mogelijkheden?
Sinds de update kan ik niet meer inloggen op de app.
De prijs is met € 5 gestegen zonder enige uitleg.
Bedankt voor de snelle reactie, ik ben heel tevreden!
Hoe wijzig ik het adres vóór de levering van morgen?
Uw collega's café in de hal was prima, de coördinatie niet.
Alle ruiten zijn kapot; de scheiding naar het patiëntendossier ook.
Ik heb dit al vaak gevraagd en krijg geen reële oplossing.
""",
    "Norwegian": """
Hei, pakken min har ikke kommet ennå, og ingen svarer på telefonen.
Jeg har blitt trukket to ganger for samme kjøp.
Passordet virker ikke lenger etter oppdateringen i går.
Varen var ødelagt da jeg åpnet esken på kjøkkenet.
Kan dere endre leveringsadressen på bestillingen min?
Jeg ønsker å si opp abonnementet så fort som mulig.
Prisen er høyere enn det dere lovte meg på butikken.
Tusen takk for rask hjelp, dere er flinke og snille!
Når åpner dere på lørdag?
Skjermen gikk i stykker, gjelder garantien for støtskader?
Jeg får ikke logget inn på nettsiden deres, prøv å hjelpe meg.
Fisken lå ute i sola i tre døgn før jeg fikk den.
""",
    "Icelandic": """
Góðan daginn, pakkinn minn er ekki kominn og enginn svarar í símann.
Það var tekið tvisvar af kortinu mínu fyrir sömu vöru.
Lykilorðið virkar ekki lengur eftir uppfærsluna í gær.
Getið þið breytt heimilisfanginu á pöntuninni minni?
Ég vil segja upp áskriftinni eins fljótt og hægt er.
Varan var brotin þegar ég opnaði kassann, hvað á ég að gera?
Þakka ykkur kærlega fyrir góða þjónustu, ég kem örugglega aftur.
Hvenær opnið þið búðina á laugardögum?
Verðið hækkaði án nokkurrar skýringar.
Skjárinn er bilaður, nær ábyrgðin yfir það?
""",
    "Polish": """
Dzień dobry, moja paczka jeszcze nie dotarła i nikt nie odbiera telefonu.
Zostałem dwukrotnie obciążony za ten sam zakup, proszę o zwrot pieniędzy.
Po aktualizacji nie mogę się zalogować do aplikacji.
Przesyłka przyszła uszkodzona, brakuje też ładowarki.
Gdzie mogę pobrać fakturę za ubiegły miesiąc?
Chcę zrezygnować z subskrypcji, ale strona nie działa.
Dziękuję za szybką pomoc, jestem bardzo zadowolona!
Cena wzrosła o pięć złotych bez żadnego wyjaśnienia.
Czy można jeszcze zmienić adres dostawy na Gdańsk?
Buty są za małe, chciałbym je wymienić na większe.
Obsługa była niemiła, a kierowca spóźnił się o godzinę.
Żarówka pękła w środę i nie świeci, czy gwarancja to obejmuje?
Ile kosztuje przedłużenie umowy o następny rok?
""",
    "Czech": """
Dobrý den, moje zásilka ještě nedorazila a nikdo nebere telefon.
Za stejný nákup mi byla dvakrát stržena částka, prosím o vrácení peněz.
Po aktualizaci se nemohu přihlásit do aplikace.
Balík přišel poškozený a chybí v něm nabíječka.
Kde si mohu stáhnout fakturu za minulý měsíc?
Chtěl bych zrušit předplatné, ale stránka nefunguje.
Děkuji za rychlou pomoc, jsem velmi spokojená!
Cena se zvýšila o pět korun bez jakéhokoli vysvětlení.
Je možné ještě změnit dodací adresu na Plzeň?
Boty jsou příliš malé, rád bych je vyměnil za větší.
Řidič nechal krabici před domem v dešti, zboží je úplně mokré.
Účet za elektřinu je letos dvojnásobný, můžete to prověřit?
""",
    "Slovak": """
Dobrý deň, moja zásielka ešte neprišla a nikto nedvíha telefón.
Za rovnaký nákup mi dvakrát strhli peniaze, žiadam o vrátenie.
Po aktualizácii sa neviem prihlásiť do aplikácie.
Balík prišiel poškodený a chýba v ňom nabíjačka.
Kde si môžem stiahnuť faktúru za minulý mesiac?
Chcel by som zrušiť predplatné, ale stránka nefunguje.
Ďakujem za rýchlu pomoc, som veľmi spokojná!
Cena stúpla o päť eur bez akéhokoľvek vysvetlenia.
Dá sa ešte zmeniť dodacia adresa na Košice?
Topánky sú príliš malé, rád by som ich vymenil za väčšie.
Vodič nechal škatuľu pred domom v daždi, tovar je úplne mokrý.
""",
    "Croatian": """
Dobar dan, moj paket još nije stigao i nitko se ne javlja na telefon.
Dvaput ste mi naplatili istu kupnju, molim povrat novca.
Nakon ažuriranja ne mogu se prijaviti u aplikaciju.
Pošiljka je stigla oštećena i nedostaje punjač.
Gdje mogu preuzeti račun za prošli mjesec?
Želim otkazati pretplatu, ali stranica ne radi.
Hvala na brzoj pomoći, jako sam zadovoljna uslugom!
Cijena je porasla bez ikakvog objašnjenja.
Može li se adresa dostave još promijeniti u Osijek ili Čakovec?
Cipele su premalene, htio bih ih zamijeniti za veće.
Vozač je kasnio sat vremena i bio je vrlo neljubazan prema djeci.
""",
    "Hungarian": """
Jó napot, a csomagom még nem érkezett meg, és senki sem veszi fel a telefont.
Kétszer terhelték meg a kártyámat ugyanazért a vásárlásért.
A frissítés óta nem tudok bejelentkezni az alkalmazásba.
A csomag sérülten érkezett, és hiányzik belőle a töltő.
Hol tudom letölteni az előző havi számlát?
Szeretném lemondani az előfizetésemet, de az oldal nem működik.
Köszönöm a gyors segítséget, nagyon elégedett vagyok!
Az ár minden magyarázat nélkül öt euróval nőtt.
Lehet még módosítani a szállítási címet Győrre?
A cipő túl kicsi, szeretném nagyobbra cserélni.
A futár késett egy órát, és udvariatlanul viselkedett.
Mikor lesz újra kapható a kék bögre, és mennyibe kerül a küldés?
""",
    "Romanian": """
Bună ziua, coletul meu încă nu a ajuns şi nimeni nu răspunde la telefon.
Am fost taxat de două ori pentru aceeaşi comandă.
După actualizare nu mai pot intra în aplicaţie.
Pachetul a sosit deteriorat şi lipseşte încărcătorul.
De unde pot descărca factura de luna trecută?
Vreau să renunţ la abonament, dar pagina nu funcţionează.
Mulţumesc pentru ajutorul rapid, sunt foarte mulţumită!
Preţul a crescut fără nicio explicaţie.
Se mai poate schimba adresa de livrare la Iaşi?
Pantofii sunt prea mici, aş dori să îi schimb.
Şoferul a întârziat o oră şi a fost nepoliticos cu mama.
""",
    "Turkish": """
Merhaba, siparişim hâlâ gelmedi ve kimse telefona bakmıyor.
Aynı alışveriş için kartımdan iki kez para çekildi.
Güncellemeden sonra uygulamaya giriş yapamıyorum.
Paket hasarlı geldi ve içinden şarj aleti çıkmadı.
Geçen ayın faturasını nereden indirebilirim?
Aboneliğimi iptal etmek istiyorum ama sayfa çalışmıyor.
Hızlı yardımınız için teşekkürler, çok memnun kaldım!
Fiyat hiçbir açıklama yapılmadan yükseldi.
Teslimat adresini İzmir olarak değiştirmek mümkün mü?
Ayakkabılar küçük geldi, bir büyüğüyle değiştirmek isterim.
Kurye bir saat gecikti ve çok kaba davrandı.
Ürün açıklaması yanlış, rengi fotoğraftaki gibi değil.
""",
    "Lithuanian": """
Laba diena, mano siuntinys dar neatvyko ir niekas neatsiliepia telefonu.
Už tą patį pirkinį pinigai nuskaičiuoti du kartus.
Po atnaujinimo negaliu prisijungti prie programėlės.
Siunta atkeliavo pažeista, trūksta įkroviklio.
Kur galėčiau atsisiųsti praėjusio mėnesio sąskaitą?
Noriu atsisakyti prenumeratos, bet puslapis neveikia.
Ačiū už greitą pagalbą, esu labai patenkinta!
Kaina pakilo be jokio paaiškinimo.
Ar dar galima pakeisti pristatymo adresą į Šiaulius?
Batai per maži, norėčiau juos pakeisti didesniais.
Vairuotojas vėlavo valandą ir buvo nemandagus.
""",
    "Latvian": """
Labdien, mana paka vēl nav pienākusi, un neviens neatbild uz zvaniem.
Par vienu pirkumu nauda tika noņemta divreiz.
Pēc atjaunināšanas nevaru pieslēgties lietotnei.
Sūtījums atnāca bojāts, un trūkst lādētāja.
Kur varu lejupielādēt iepriekšējā mēneša rēķinu?
Gribu atteikties no abonementa, bet lapa nedarbojas.
Paldies par ātro palīdzību, esmu ļoti apmierināta!
Cena pieauga bez jebkāda paskaidrojuma.
Vai vēl var mainīt piegādes adresi uz Liepāju?
Kurpes ir par mazām, vēlos tās apmainīt pret lielākām.
Šoferis kavējās stundu un bija nepieklājīgs.
""",
    "Estonian": """
Tere, minu pakk ei ole ikka veel kohale jõudnud ja keegi ei vasta telefonile.
Sama ostu eest võeti raha kaks korda maha.
Pärast uuendust ei saa ma enam rakendusse sisse logida.
Saadetis jõudis kohale katkisena ja laadija on puudu.
Kust ma saan alla laadida eelmise kuu arve?
Soovin tellimusest loobuda, aga leht ei tööta.
Aitäh kiire abi eest, olen väga rahul!
Hind tõusis viis eurot ilma ühegi selgituseta.
Kas tarneaadressi saab veel muuta?
Kingad on liiga väikesed, tahaksin need ümber vahetada.
Kuller hilines tund aega ja oli ebaviisakas, šokeeriv käitumine.
""",
    "Russian": """
Здравствуйте, мой заказ до сих пор не пришёл, и никто не берёт трубку.
С меня дважды списали деньги за одну и ту же покупку.
После обновления не могу войти в приложение.
Посылка пришла повреждённой, и в ней нет зарядного устройства.
Где можно скачать счёт за прошлый месяц?
Хочу отменить подписку, но страница не работает.
Спасибо за быструю помощь, я очень довольна!
Цена выросла на пятьсот рублей без объяснений.
Можно ли ещё изменить адрес доставки?
Ботинки малы, хотел бы поменять их на больший размер.
Водитель опоздал на час и был очень груб.
""",
    "Ukrainian": """
Добрий день, моє замовлення досі не надійшло, і ніхто не бере слухавку.
З мене двічі зняли гроші за ту саму покупку.
Після оновлення не можу увійти до застосунку.
Посилка прийшла пошкодженою, і в ній немає зарядного пристрою.
Де можна завантажити рахунок за минулий місяць?
Хочу скасувати підписку, але сторінка не працює.
Дякую за швидку допомогу, я дуже задоволена!
Ціна зросла на п'ятсот гривень без пояснень.
Чи можна ще змінити адресу доставки на Київ?
Черевики замалі, хотів би обміняти їх на більші.
Водій запізнився на годину і був дуже грубий.
""",
    "Bulgarian": """
Добър ден, поръчката ми още не е пристигнала и никой не вдига телефона.
Два пъти ми удържаха пари за една и съща покупка.
След обновяването не мога да вляза в приложението.
Пратката пристигна повредена и липсва зарядното устройство.
Къде мога да изтегля фактурата за миналия месец?
Искам да прекратя абонамента си, но страницата не работи.
Благодаря за бързата помощ, много съм доволна!
Цената се повиши без никакво обяснение.
Може ли още да се промени адресът за доставка на Пловдив?
Обувките са малки, бих искал да ги сменя с по-голям номер.
Шофьорът закъсня с един час и беше много груб.
""",
    "Greek": """
Καλημέρα, η παραγγελία μου δεν έχει έρθει ακόμα και κανείς δεν απαντά.
Με χρεώσατε δύο φορές για την ίδια αγορά.
Μετά την ενημέρωση δεν μπορώ να συνδεθώ στην εφαρμογή.
Το δέμα έφτασε κατεστραμμένο και λείπει ο φορτιστής.
Πού μπορώ να κατεβάσω το τιμολόγιο του περασμένου μήνα;
Θέλω να ακυρώσω τη συνδρομή μου, αλλά η σελίδα δεν λειτουργεί.
Ευχαριστώ για τη γρήγορη βοήθεια, είμαι πολύ ευχαριστημένη!
Η τιμή αυξήθηκε χωρίς καμία εξήγηση.
Μπορεί να αλλάξει ακόμα η διεύθυνση παράδοσης;
Τα παπούτσια είναι μικρά, θα ήθελα να τα αλλάξω.
Ο οδηγός άργησε μία ώρα και ήταν πολύ αγενής.
Άνοιξα το κουτί και έλειπαν τα μισά εξαρτήματα.
""",
    "Hebrew": """
שלום, ההזמנה שלי עדיין לא הגיעה ואף אחד לא עונה לטלפון.
חייבתם אותי פעמיים על אותה קנייה.
אחרי העדכון אני לא מצליח להיכנס לאפליקציה.
החבילה הגיעה פגומה והמטען חסר.
איפה אפשר להוריד את החשבונית של החודש שעבר?
אני רוצה לבטל את המנוי אבל הדף לא עובד.
תודה על העזרה המהירה, אני מאוד מרוצה!
המחיר עלה בלי שום הסבר.
האם אפשר עדיין לשנות את כתובת המשלוח לחיפה?
הנעליים קטנות מדי, אשמח להחליף אותן.
השליח איחר בשעה והיה מאוד לא נחמד.
""",
    "Arabic": """
مرحبا، طلبي لم يصل بعد ولا أحد يرد على الهاتف.
تم خصم المبلغ مرتين لنفس عملية الشراء.
بعد التحديث لا أستطيع الدخول إلى التطبيق.
وصل الطرد تالفا والشاحن غير موجود.
أين يمكنني تحميل فاتورة الشهر الماضي؟
أريد إلغاء الاشتراك لكن الصفحة لا تعمل.
شكرا على المساعدة السريعة، أنا راضية جدا!
ارتفع السعر دون أي تفسير.
هل يمكن تغيير عنوان التوصيل إلى القاهرة؟
الحذاء صغير جدا وأود استبداله بمقاس أكبر.
تأخر السائق ساعة وكان غير مهذب.
""",
    "Thai": """
สวัสดีค่ะ สินค้าที่สั่งยังไม่มาถึงและไม่มีใครรับโทรศัพท์
ถูกตัดเงินสองครั้งสำหรับการซื้อครั้งเดียว
หลังจากอัปเดตแล้วเข้าสู่ระบบไม่ได้เลย
พัสดุมาถึงในสภาพเสียหายและไม่มีสายชาร์จ
ดาวน์โหลดใบแจ้งหนี้ของเดือนที่แล้วได้ที่ไหน
ต้องการยกเลิกการสมัครสมาชิกแต่หน้าเว็บใช้งานไม่ได้
ขอบคุณสำหรับความช่วยเหลือที่รวดเร็ว ประทับใจมาก
ราคาเพิ่มขึ้นโดยไม่มีคำอธิบาย
เปลี่ยนที่อยู่จัดส่งเป็นเชียงใหม่ได้ไหมคะ
รองเท้าเล็กเกินไป อยากเปลี่ยนขนาด
คนขับมาสายหนึ่งชั่วโมงและพูดจาไม่ดี
""",
    "Vietnamese": """
Xin chào, đơn hàng của tôi vẫn chưa đến và không ai trả lời điện thoại.
Tôi bị trừ tiền hai lần cho cùng một món hàng.
Sau khi cập nhật tôi không thể đăng nhập vào ứng dụng.
Gói hàng bị hỏng và thiếu bộ sạc.
Tôi có thể tải hóa đơn tháng trước ở đâu?
Tôi muốn hủy đăng ký nhưng trang web không hoạt động.
Cảm ơn vì đã giúp đỡ nhanh chóng, tôi rất hài lòng!
Giá tăng mà không có lời giải thích nào.
Có thể đổi địa chỉ giao hàng sang Đà Nẵng không?
Giày quá nhỏ, tôi muốn đổi sang cỡ lớn hơn.
""",
    "Japanese": """
こんにちは、注文した商品がまだ届かず、電話にも誰も出ません。
同じ買い物で二回請求されています。確認してください。
アップデートの後、アプリにログインできなくなりました。
荷物が壊れた状態で届き、充電器も入っていませんでした。
先月の請求書はどこからダウンロードできますか?
定期購入を解約したいのですが、ページが動きません。
迅速なご対応ありがとうございました。とても満足しています!
何の説明もなく値段が上がりました。
配送先の住所を大阪に変更できますか?
靴が小さすぎるので、大きいサイズに交換したいです。
配達の人が一時間遅れて、とても失礼でした。
パスワードを忘れてしまい、メールも届きません。
""",
    "Chinese simplified": """
您好,我的订单还没有到,电话也没有人接。
同一笔购买被扣了两次钱,请帮忙核实。
更新之后我无法登录应用程序。
包裹送到的时候已经损坏,而且没有充电器。
上个月的发票在哪里可以下载?
我想取消订阅,但是页面打不开。
谢谢你们的快速帮助,我非常满意!
价格上涨了,却没有任何解释。
收货地址还可以改成上海吗?
鞋子太小了,我想换大一号的。
司机迟到了一个小时,态度也很差。
""",
    "Chinese traditional": """
您好,我的訂單還沒有到,電話也沒有人接。
同一筆購買被扣了兩次錢,請幫忙核實。
更新之後我無法登入應用程式。
包裹送到的時候已經損壞,而且沒有充電器。
上個月的發票在哪裡可以下載?
我想取消訂閱,但是頁面打不開。
謝謝你們的快速幫助,我非常滿意!
價格上漲了,卻沒有任何解釋。
收貨地址還可以改成臺北嗎?
鞋子太小了,我想換大一號的。
司機遲到了一個小時,態度也很差。
""",
    "Korean": """
안녕하세요, 주문한 상품이 아직 도착하지 않았고 전화도 받지 않습니다.
같은 구매에 대해 두 번 결제되었습니다. 확인해 주세요.
업데이트 이후 앱에 로그인할 수 없습니다.
택배가 파손된 상태로 도착했고 충전기도 없습니다.
지난달 청구서는 어디에서 받을 수 있나요?
구독을 취소하고 싶은데 페이지가 열리지 않아요.
빠른 도움 감사합니다. 정말 만족합니다!
아무런 설명 없이 가격이 올랐습니다.
배송 주소를 부산으로 바꿀 수 있을까요?
신발이 너무 작아서 큰 치수로 교환하고 싶어요.
기사님이 한 시간 늦었고 매우 불친절했습니다.
""",
}

ENGLISH = """
Hello, my order has still not arrived and nobody answers the phone.
I was charged twice for the same purchase, please check.
After the update I cannot log in to the app any more.
The parcel was damaged and the charger is missing.
Where can I download the invoice for last month?
I want to cancel my subscription but the page does not load.
Thank you for the quick help, I am very happy!
The price went up without any explanation.
Can the delivery address still be changed?
The shoes are too small, I would like to swap them.
The driver was an hour late and quite rude.
My password is not accepted and the code never comes.
"""

NAMES = {
    "cp1252": [
        "I paid £20 for this", "It costs 5 € more now", "It’s broken again", "late – as always", "the café was closed",
        "Mr Müller called twice", "My name is José Núñez", "to be sent to São Paulo", "Mrs Strömberg from Malmö",
        "Señor Peña is waiting", "the crème brûlée was cold", "Ms Sørensen wrote to you", "“Never again”, she said",
        "It is 30° in the shop", "a naïve question", "my résumé was lost", "Zoë is not at home", "Curaçao is missing",
        "Søren and Åse moved house", "À propos my refund", "Herr Groß says no", "I saw it… twice", "©2024 says the box",
        "size ½ too small", "Mr François Lefèvre", "João will call back", "Citroën parts", "a Hôtel in Nîmes",
        "Øystein Bråthen wants it back", "Íñigo has moved to A Coruña","Mr Dvorák is here", "§ 5 of the terms",
        "the Lego® bricks", "my Kindle™ broke", "20°C outside", "£5 off", "5€ off", "it says «ok»", "she said ‘hi’",
        "late—again", "pages 10–20", "hello… anyone there", "• item one", "it is 3×4 cm", "¼ cup of it", "my account…",
        "wait…what is this", "the customers’ orders", "… and then it broke", "order #5… twice", "my 1º order",
        "all my “friends”", "you’re not", "over ±5 percent",
    ],
    "mac_roman": [
        "see you mañana", "the señor is here", "send it to Cañada Real", "in two años", "Zoë is not at home", "déjà vu",
        "the café was closed", "wait…what is this", "late—again", "it’s late", "“no”, she said", "5 € more",
        "Mr Müller called", "send it to São Paulo", "one for più", "a naïve question",
    ],
    "cp850": [
        "see you mañana", "the señor is here", "in two años", "Zoë is not at home", "half is metà", "she farà",
        "the città", "Mr Müller called", "Mr Ångström", "the papà", "it is £5", "some voilà", "at Straße 5", "one può",
        "La metà non va bene", "Quando si farà la consegna", "Je vais à Paris", "Il papà del bambino",
    ],
    "cp1250": [
        "Łukasz did not get it", "Mr Dvořák called", "to be sent to Łódź", "Mrs Wałęsa is waiting", "Gdańsk is missing",
        "my name is Jiří Novák", "Mr Szabó from Győr", "sent to Brno, Česká 5", "Mr Kovač from Koper", "Michał says no",
        "Małgorzata wrote to you", "Ms Nováková from Plzeň", "István Kovács wants it back", "Štěpán has moved",
        "send it to Timişoara", "Božena is not at home",
    ],
    "cp1254": ["İbrahim did not get it", "send it to Muğla", "Mr Yıldız is waiting", "Ayşe wrote to you"],
    "cp1257": ["send it to Šiauliai", "Mr Bērziņš called", "Jānis has moved", "Mrs Žukauskienė is waiting"],
    "cp1251": ["my name is Иван", "send it to Москва"],
    "cp1253": ["my name is Γιώργος", "send it to Αθήνα"],
}  # fmt: skip
"""What a file in English may hold of other letters, each in an encoding that has them."""

HOLDING = {
    "western": "cp1252 latin-1 iso-8859-15 cp850 cp437 mac_roman",
    "central": "cp1250 iso-8859-2 cp852 mac_latin2",
    "turkish": "cp1254 iso-8859-9 cp857",
    "baltic": "cp1257 iso-8859-13 cp775 iso-8859-4",
    "cyrillic": "cp1251 koi8-r koi8-u iso-8859-5 cp866 mac_cyrillic cp855",
    "greek": "cp1253 iso-8859-7 cp737",
    "hebrew": "cp1255 iso-8859-8 cp862",
    "arabic": "cp1256 iso-8859-6",
    "thai": "cp874 tis-620",
    "vietnamese": "cp1258",
    "japanese": "cp932 euc-jp iso-2022-jp",
    "chinese": "gb18030 big5",
    "korean": "cp949",
}
"""Encodings by the script of a language; one that cannot hold a sentence is left out for that sentence."""

SCRIPTS = {
    "western": "French Spanish Portuguese Swedish German Italian Danish Finnish Dutch Norwegian Icelandic",
    "central": "Polish Czech Slovak Croatian Hungarian Romanian",
    "turkish": "Turkish",
    "baltic": "Lithuanian Latvian Estonian",
    "cyrillic": "Russian Ukrainian Bulgarian",
    "greek": "Greek",
    "hebrew": "Hebrew",
    "arabic": "Arabic",
    "thai": "Thai",
    "vietnamese": "Vietnamese",
    "japanese": "Japanese",
    "korean": "Korean",
}

LISTED = (
    "cp1252 latin-1 iso-8859-15 cp1250 iso-8859-2 cp1251 koi8-r koi8-u iso-8859-5 cp866 cp1253 iso-8859-7 cp1254 "
    "iso-8859-9 cp1255 iso-8859-8 cp1256 iso-8859-6 cp1257 iso-8859-13 cp874 tis-620 cp1258 cp932 euc-jp iso-2022-jp "
    "gb18030 big5 cp949 cp437 cp850 mac_roman"
)
"""Encodings that people have; others are looked at as well, lest they are read as one of these."""
