"""Sentences in many languages, written for `encodings.py` after detection was tuned, and not to be tuned on."""

HELD_OUT: dict[str, str] = {
    "French": """
La chambre était glaciale et le petit-déjeuner arrivait toujours en retard.
Nous avons réservé deux nuits à Orléans, mais l'hôtel prétend le contraire.
Ma carte bancaire a été bloquée hier soir sans raison précise.
Le médecin m'a prescrit un traitement que la pharmacie n'a pas reçu.
Bientôt un an que le chantier est arrêté, où en êtes-vous ?
Le maître-nageur a été formidable avec nos enfants.
Là où j'habite, la fibre n'est pas encore déployée.
Veuillez m'indiquer le numéro de dossier auquel me référer.
""",
    "Spanish": """
El vuelo a Málaga salió con cuatro horas de retraso y nadie avisó.
La habitación olía a humedad y el baño estaba sucio.
¿Podrían enviarme el certificado médico antes del miércoles?
Mi cuñada perdió su pasaporte en el aeropuerto de Bogotá.
El cajero automático se tragó mi tarjeta, ¡qué vergüenza!
La próxima reunión será en otoño, según dijo el señor Ibáñez.
No funciona la calefacción y hace muchísimo frío aquí.
También quisiera añadir a mi compañero a la póliza.
""",
    "Portuguese": """
O voo para Lisboa atrasou-se três horas e ninguém avisou.
O quarto cheirava a mofo e a casa de banho não tinha água quente.
Podem enviar-me o relatório médico até quinta-feira de manhã?
O multibanco engoliu o meu cartão, é uma vergonha!
A próxima reunião será em março, disse a senhora Conceição.
Não há ligação à internet na região onde moramos.
O pão estava delicioso, parabéns ao irmão do dono.
Preciso de atualizar o número de contribuinte na inscrição.
""",
    "Swedish": """
Tåget till Göteborg blev inställt och vi fick stå på perrongen.
Rummet luktade mögel och frukosten var kall.
Kan läkaren ringa upp mig före fredag eftermiddag?
Bankomaten svalde mitt kort, vem ska jag vända mig till?
Jag är väldigt nöjd med personalen på avdelningen.
Värmen har inte fungerat på en vecka, det är iskallt här.
Min sambo vill också läggas till på försäkringen.
""",
    "German": """
Der Zug nach Köln fiel aus und wir standen stundenlang am Gleis.
Das Zimmer roch muffig, und das Frühstück war ungenießbar.
Könnte mich die Ärztin bis Freitag zurückrufen?
Der Geldautomat hat meine Karte verschluckt, an wen wende ich mich?
Die Heizung läuft seit einer Woche nicht, es ist bitterkalt.
Ich hätte gerne noch meinen Bruder in die Versicherung aufgenommen.
Bezüglich Ihres Schreibens vom fünften Mai habe ich Einwände.
Die Straßenbahn hält nicht mehr am Schloßplatz.
""",
    "Italian": """
Il treno per Forlì è stato cancellato e siamo rimasti in stazione.
La camera puzzava di muffa e la colazione era già finita.
Il medico può richiamarmi entro venerdì?
Il bancomat ha mangiato la mia carta, a chi devo rivolgermi?
Il riscaldamento non funziona più da una settimana, è una vergogna.
Poiché mio fratello verrà con me, vorrei aggiungerlo alla polizza.
Là fuori c'è un cartello con scritto che siete chiusi.
""",
    "Danish": """
Toget til Århus blev aflyst, og vi stod på perronen i timevis.
Værelset lugtede muggent, og morgenmaden var kold.
Kan lægen ringe tilbage før fredag?
Automaten slugte mit kort, hvem skal jeg henvende mig til?
Varmen har ikke virket i en uge, og børnene fryser.
Min kæreste vil også gerne med på forsikringen.
Vi så frem til en rolig ferie ved søen.
""",
    "Finnish": """
Juna Jyväskylään peruttiin, ja seisoimme laiturilla tuntikausia.
Huone haisi homeelle, eikä aamiaista ollut enää jäljellä.
Voisiko lääkäri soittaa minulle ennen perjantaita?
Pankkiautomaatti söi korttini, kehen otan yhteyttä?
Lämmitys ei ole toiminut viikkoon, täällä on hyytävän kylmä.
Haluaisin lisätä myös veljeni vakuutukseen.
""",
    "Dutch": """
De trein naar Groningen is geannuleerd en wij hebben uren gewacht.
Het hotel in Curaçao was vies en de crème was over datum.
Kan de dokter mij vóór vrijdag terugbellen over de patiëntenzorg?
Wie heeft het reçu van de geüploade foto's gekregen?
De verwarming doet het al een week niet, één kachel maar.
Mijn zoon heeft een allergie, zijn er ingrediënten met noten?
""",
    "Norwegian": """
Toget til Tromsø ble innstilt, og vi sto på perrongen i timevis.
Rommet luktet muggent, og frokosten var kald.
Kan legen ringe meg før fredag ettermiddag?
Minibanken slukte kortet mitt, hvem må jeg henvende meg til?
Varmen har ikke virket på en uke, og barna fryser på føttene.
Vi gledet oss til en rolig ferie ved sjøen, men båten kom aldri.
""",
    "Icelandic": """
Flugið til Ísafjarðar féll niður og við biðum í marga klukkutíma.
Herbergið lyktaði af myglu og morgunmaturinn var kaldur.
Getur læknirinn hringt í mig fyrir föstudag?
Hraðbankinn gleypti kortið mitt, við hvern á ég að tala?
Ofninn hefur ekki virkað í viku og börnunum er kalt.
""",
    "Polish": """
Pociąg do Łodzi został odwołany i staliśmy na peronie godzinami.
W pokoju śmierdziało pleśnią, a śniadanie było zimne.
Czy lekarz mógłby oddzwonić przed piątkiem?
Bankomat połknął moją kartę, do kogo mam się zwrócić?
Ogrzewanie nie działa od tygodnia, dzieci marzną.
Chciałabym też dopisać brata do ubezpieczenia.
Mąż zgubił paszport na lotnisku w Krakowie, cóż robić?
""",
    "Czech": """
Vlak do Olomouce byl zrušen a stáli jsme na nástupišti celé hodiny.
V pokoji páchla plíseň a snídaně byla studená.
Mohl by mi lékař zavolat ještě před pátkem?
Bankomat mi spolkl kartu, na koho se mám obrátit?
Topení už týden nefunguje, děti mrznou.
Ráda bych do pojištění připsala i svého bratra.
Manžel ztratil cestovní pas na letišti, co máme dělat?
""",
    "Slovak": """
Vlak do Žiliny zrušili a stáli sme na nástupišti celé hodiny.
V izbe páchla pleseň a raňajky boli studené.
Mohol by mi lekár zavolať ešte pred piatkom?
Bankomat mi zhltol kartu, na koho sa mám obrátiť?
Kúrenie už týždeň nefunguje, deti mrznú.
Rada by som do poistenia pripísala aj svojho brata.
""",
    "Croatian": """
Vlak za Varaždin je otkazan i satima smo stajali na peronu.
Soba je mirisala na plijesan, a doručak je bio hladan.
Može li me liječnik nazvati prije petka?
Bankomat mi je progutao karticu, kome se trebam obratiti?
Grijanje već tjedan dana ne radi, djeca se smrzavaju.
Muž je izgubio putovnicu u zračnoj luci, što da činimo?
""",
    "Hungarian": """
A debreceni vonatot törölték, és órákig álltunk a peronon.
A szoba dohos volt, a reggeli pedig hideg.
Fel tudna hívni az orvos még péntek előtt?
Az automata elnyelte a kártyámat, kihez fordulhatok?
Egy hete nem működik a fűtés, fáznak a gyerekek.
Szeretném a bátyámat is felvenni a biztosításba.
Elvesztettem az útlevelemet a repülőtéren.
""",
    "Romanian": """
Trenul spre Braşov a fost anulat şi am stat ore întregi pe peron.
Camera mirosea a mucegai, iar micul dejun era rece.
Ar putea medicul să mă sune înainte de vineri?
Bancomatul mi-a înghiţit cardul, cui mă adresez?
Căldura nu funcţionează de o săptămână, copiii îngheaţă.
Aş vrea să îl adaug şi pe fratele meu la asigurare.
""",
    "Turkish": """
Eskişehir treni iptal edildi, saatlerce peronda bekledik.
Oda küf kokuyordu ve kahvaltı soğuktu.
Doktor beni cuma gününden önce arayabilir mi?
Bankamatik kartımı yuttu, kime başvurmalıyım?
Kalorifer bir haftadır çalışmıyor, çocuklar üşüyor.
Kardeşimi de sigortaya eklemek istiyorum.
Eşim havalimanında pasaportunu kaybetti, ne yapmalıyız?
""",
    "Lithuanian": """
Traukinys į Klaipėdą atšauktas, valandų valandas stovėjome perone.
Kambaryje dvokė pelėsiais, o pusryčiai buvo šalti.
Ar gydytojas galėtų paskambinti iki penktadienio?
Bankomatas prarijo mano kortelę, į ką man kreiptis?
Šildymas jau savaitę neveikia, vaikai šąla.
Norėčiau į draudimą įtraukti ir savo brolį.
""",
    "Latvian": """
Vilciens uz Jelgavu tika atcelts, un mēs stundām stāvējām uz perona.
Istabā oda pēc pelējuma, un brokastis bija aukstas.
Vai ārsts varētu man piezvanīt līdz piektdienai?
Bankomāts aprija manu karti, pie kā man vērsties?
Apkure jau nedēļu nestrādā, bērniem ir auksti.
Vēlos apdrošināšanai pievienot arī savu brāli.
""",
    "Estonian": """
Tartu rong jäi ära ja me seisime tundide kaupa perroonil.
Toas haises hallituse järele ja hommikusöök oli külm.
Kas arst võiks mulle enne reedet helistada?
Pangaautomaat neelas mu kaardi alla, kelle poole pöörduda?
Küte ei tööta juba nädal aega, lastel on külm.
""",
    "Russian": """
Поезд в Казань отменили, и мы несколько часов стояли на перроне.
В номере пахло плесенью, а завтрак был холодный.
Может ли врач перезвонить мне до пятницы?
Банкомат проглотил мою карту, к кому мне обратиться?
Отопление не работает уже неделю, дети мёрзнут.
Муж потерял паспорт в аэропорту, что нам делать?
""",
    "Ukrainian": """
Потяг до Львова скасували, і ми годинами стояли на пероні.
У номері тхнуло пліснявою, а сніданок був холодний.
Чи міг би лікар передзвонити мені до п'ятниці?
Банкомат проковтнув мою картку, до кого звернутися?
Опалення не працює вже тиждень, діти мерзнуть.
Чоловік загубив паспорт в аеропорту, що нам робити?
""",
    "Bulgarian": """
Влакът за Варна беше отменен и с часове стояхме на перона.
В стаята миришеше на мухъл, а закуската беше студена.
Може ли лекарят да ми се обади преди петък?
Банкоматът глътна картата ми, към кого да се обърна?
Парното не работи вече седмица, децата мръзнат.
""",
    "Greek": """
Το τρένο για τη Θεσσαλονίκη ακυρώθηκε και περιμέναμε ώρες.
Το δωμάτιο μύριζε μούχλα και το πρωινό ήταν κρύο.
Μπορεί ο γιατρός να με πάρει πριν την Παρασκευή;
Το μηχάνημα κράτησε την κάρτα μου, σε ποιον να απευθυνθώ;
Η θέρμανση δεν δουλεύει εδώ και μία εβδομάδα.
""",
    "Hebrew": """
הרכבת לבאר שבע בוטלה וחיכינו שעות על הרציף.
בחדר היה ריח של עובש וארוחת הבוקר הייתה קרה.
האם הרופא יכול להתקשר אליי לפני יום שישי?
הכספומט בלע לי את הכרטיס, למי אפשר לפנות?
החימום לא עובד כבר שבוע והילדים קופאים.
""",
    "Arabic": """
ألغي القطار إلى الإسكندرية وانتظرنا ساعات على الرصيف.
كانت الغرفة قذرة والفطور باردا.
هل يستطيع الطبيب الاتصال بي قبل يوم الجمعة؟
ابتلع الصراف بطاقتي، إلى من أتوجه؟
التدفئة لا تعمل منذ أسبوع والأطفال يشعرون بالبرد.
""",
    "Thai": """
รถไฟไปเชียงรายถูกยกเลิกและเรายืนรอหลายชั่วโมง
ห้องมีกลิ่นอับและอาหารเช้าเย็นชืด
คุณหมอโทรกลับก่อนวันศุกร์ได้ไหมครับ
ตู้เอทีเอ็มกินบัตรของผม ต้องติดต่อใคร
เครื่องปรับอากาศเสียมาหนึ่งสัปดาห์แล้ว
""",
    "Vietnamese": """
Chuyến tàu đi Huế bị hủy và chúng tôi đứng chờ hàng giờ.
Phòng có mùi ẩm mốc và bữa sáng thì nguội lạnh.
Bác sĩ có thể gọi lại cho tôi trước thứ sáu không?
Máy rút tiền nuốt thẻ của tôi, tôi phải liên hệ với ai?
Lò sưởi không chạy cả tuần nay, bọn trẻ rất lạnh.
""",
    "Japanese": """
京都行きの電車が運休になり、ホームで何時間も待ちました。
部屋がかび臭く、朝食も冷めていました。
金曜日までに先生から折り返し電話をいただけますか?
現金自動支払機にカードを取られました。どこに連絡すればいいですか?
暖房が一週間前から壊れていて、子供たちが寒がっています。
夫が空港でパスポートをなくしました。
""",
    "Chinese simplified": """
去成都的火车取消了,我们在站台上站了好几个小时。
房间有股霉味,早餐也是凉的。
医生能在星期五之前给我回个电话吗?
取款机吞了我的银行卡,我该找谁?
暖气坏了一个星期,孩子们都冻坏了。
我丈夫在机场丢了护照,怎么办?
""",
    "Chinese traditional": """
去高雄的火車取消了,我們在月臺上站了好幾個小時。
房間有股霉味,早餐也是涼的。
醫生能在星期五之前給我回個電話嗎?
提款機吞了我的卡片,我該找誰?
暖氣壞了一個星期,孩子們都凍壞了。
""",
    "Korean": """
대전행 기차가 취소되어 승강장에서 몇 시간을 기다렸습니다.
방에서 곰팡이 냄새가 나고 아침 식사는 차가웠어요.
의사 선생님이 금요일 전에 전화해 주실 수 있나요?
현금 인출기가 카드를 삼켰는데 누구에게 연락해야 하나요?
난방이 일주일째 고장이라 아이들이 추워합니다.
""",
}

HELD_OUT_NAMES = {
    "cp1252": [
        "a jalapeño too hot", "Ms Böhm from Nürnberg", "he owes me £350.50", "that’s not what we’d agreed",
        "René was rude", "the décor is dated", "Mr Håkansson waits", "from Bogotá to Cancún", "50 °C in the car",
        "only €9.99 they said", "‘fresh’ fish, my foot", "Ângela has left", "a soupçon of salt",
        "we met – briefly – in May", "Mrs Lüdenscheidt", "Champs-Élysées",
    ],
    "cp1250": [
        "Zbigniew Wróbel", "Mrs Pełka", "send it to Poznań", "Mr Hořejší", "Ms Kőszegi", "Grabowiec, ul. Długa 4",
        "Tomáš Krejčí",
    ],
    "cp1254": [
        "Mr Çağlar", "send it to Beşiktaş",
    ],
    "cp1257": [
        "Mr Kazlauskas from Kėdainiai", "Ms Liepiņa",
    ],
    "cp1251": [
        "my friend Ольга Петрова",
    ],
}  # fmt: skip
"""As `NAMES`, in English: one odd word or two in a file."""
