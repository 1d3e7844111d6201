"""Common words of languages that wordfreq lacks, and what it spells otherwise, written down for `letters.py`."""

WORDS = {
    "be": """
я ты ён яна яно мы вы яны гэта што які якая якое хто дзе калі чаму як так не ні ёсць быў была было былі будзе буду мой
мая маё твой твая наш наша ваш ваша свой іх яго яе іншы іншая усё усе ўсе ўсё ўжо яшчэ вельмі тут там цяпер зараз
потым сёння заўтра учора ўчора дзень дні ноч раніца вечар год гады гадоў месяц тыдзень час гадзіна хвіліна жыццё людзі
чалавек жанчына мужчына дзіця дзеці маці бацька сын дачка брат сястра сям'я дом хата кватэра горад вёска вуліца дарога
краіна зямля вада хлеб малако мяса яблык рыба соль цукар грошы рубель рублёў кошт цана крама магазін тавар тавары
пакупка заказ замова дастаўка пасылка адрас пошта ліст нумар тэлефон кампанія фірма паслуга паслугі дапамога пытанне
адказ праблема памылка сайт старонка пароль рахунак плацеж вярнуць вяртанне атрымаць атрымаў адправіць чакаць чакаю
прыйсці прыйшоў прыйшла пайсці ісці ехаць зрабіць рабіць працаваць праца працуе сказаць гаварыць ведаць разумець
хацець хачу магу можа можна трэба мець маю бачыць глядзець слухаць пісаць напісаць чытаць купіць прадаць плаціць
заплаціць адкрыць зачыніць дзякуй калі ласка прабачце прывітанне добры добрая добрае дрэнны новы новая стары вялікі
вялікая маленькі малы прыгожы цёплы халодны дарагі танны першы другі трэці два тры чатыры пяць шэсць сем восем дзевяць
дзесяць сто тысяча беларусь беларускі мова мовы мінск мінску польшча расія украіна еўропа свет дзяржава улада ўлада
ўлады урад закон суд права прэзідэнт грамадства культура гісторыя школа універсітэт вучань настаўнік кніга слова
песня музыка тэатр кіно машына аўтобус цягнік самалёт дрэва лес поле рака возера мора неба сонца дождж снег вецер зіма
вясна лета восень сабака кот конь птушка кветка рука нага галава вока сэрца душа хвароба доктар бальніца лекі таму
таксама толькі нават амаль можна нельга паміж перад пасля праз каля над пад без для пра супраць
""",
    "et": """
õigus õiguse õige õigesti õhtu õhtul õpetaja õppida õppima õpilane õpilased õpe õnn õnnelik õnnetus õlu õli õde õed õues
õu õhk õhus õun õunad õmblema õnneks õiged jõudma jõuda jõudis jõuab jõud jõudu jõulud jõgi jõe kõik kõiki kõigi kõige
kõrge kõrgem kõne kõned kõndima kõva kõht kõrval kõrvad kõlab kõigepealt mõni mõned mõne mõista mõistan mõte mõtted
mõju mõlemad mõlema mõtlema mõtlen mõõt mõttes mõnda nõu nõus nõuda nõue nõuded nõukogu nõrk nõuab põhi põhjus põhjust
põhja põhiline põld põlv põrand põhjal rõõm rõõmus rõivas rõhk sõber sõbrad sõbra sõbrale sõna sõnad sõnum sõda sõja
sõit sõitma sõidab sõltub sõlmima sõrm tõsi tõsine tõttu tõesti tõus tõusis tõlge tõlkima tõmbama tõend tõenäoliselt
tõde võtma võtta võtab võttis võti võib võin võiks võimalik võimalus võimalusi võimu võrra võrk võrgus võit võitis
võõras võlg võistlus võrdlus lõpp lõpus lõpuks lõpetama lõuna lõbus lõhn lõika lõike hõbe kõrgus ebaõige sõiduk mõned
ära ärge äri ärev äkki äärmiselt ääres äärde ämber jälle jääb jäi jääma jää jäänud järgi järel järgmine järgmisel järv
jätma jätke jättis käes käsi käed käib käima käis käivad kätte käik läks läheb lähen lähevad lähedal läbi läbirääkimised
läinud lähme lähe mäng mängima mängu mälu mägi mäed määr mäletan märk märts määrus määrab näha näeb näen näiteks nägu
nägi nägema nädal nädala nädalat nälg näitama näitab näib näidis pärast päev päeva päevad päeval päike päris pärit
pääs päästma pärn räägib räägin rääkida rääkima rääkis säästma säte sätted säilitama säilib särk täna tänan tänane täis
täiesti täpselt täpne tähtis tähendab täht tähed tänav tänaval tädi täitma täielik väga väike väikesed väikese väärtus
väärt värske värv värvi väljas välja väljuma vähe vähem vähemalt väsinud vägi häda häire hääl häält hästi häbi aitäh
sünnipäev pühapäev laupäev esmaspäev teisipäev kolmapäev neljapäev ehkki kättesaadav jäätis läti käibemaks särav
öö ööd öösel öelda öeldud öelge ööbima öine töö tööd tööle tööta töötab töötama töötaja töötajad töötu köök köögis söök
sööma söön sööb lööma lööb löödud köha köide pööre pöörama pöördun pöörduda röövel möödas mööda mööbel möödunud vöö
röntgen köitev töökoht töökorras arvustöö
üks ükski ühe üht üle ülal üldse üldine üldiselt ülikool üliõpilane ülesanne ümber ümbrik ühtegi ühendus ühendust ühine
ühiskond ütlema ütleb ütles ütlen öelnud üritan üritus üür üsna ühes üheksa üksi küll külm küla külas külaline kütus
küte küttega küsimus küsimust küsima küsin küsis küünal küps kümme kümnes lühike lüheneb lüliti müüa müüma müüja müük
müüdud müts müra nüüd nüüdseks püsti püüdma püüan püha püksid rühm rünnak rütm süda südame süsteem süsteemi sügis sügav
süüa süü süüdi sülearvuti tüdruk tükk tükki tühi tühja tüüp tühistama tühistada tütar hüvitis hüvitada hüpe hüüdis
büroo füüsika müügil kättesaamine sünd sündinud hüljes lükkama süütu rüütel
šokolaad šokk šokeeriv šampoon šeff dušš garaaž žürii žanr režiim prestiiž žest tšekk tšekk
""",
    "ga": """
tá sé sí mé tú é í bhí níl ní cén cá céad dhá trí cúig déag lá bliain déanamh dhéanamh rá fáil fhágáil áit áthas ár ó
féin mór mhór óg úr úsáid úsáide éire éireann éigin oíche níos más nár arís cónaí chónaí scéal airgead tír tíortha tús
múinteoir dóibh dúirt cúpla fós seirbhís seirbhísí ríomhphost ríomhaire cáilíocht litríocht náisiúnta bás grá slán
fáilte léamh léi scríobh éisteacht tógáil líne stáisiún dáta íoc íocaíocht córas bóthar cóta bróga dóchas súil lámh cúis
pá rún rí sráid séipéal siúl síos suíochán úll tábhachtach údarás tráthnóna inné amárach gáire páiste páistí cláir clár
scoláire imní iníon máthair athair deartháir deirfiúr cósta báisteach gréine tríd faoi gcónaí dtí mbeidís chuaigh
fuair rinne chéile ghnó cóip cárta bán dóthain éan fírinne geábh
""",
    "th": """
ที่ และ ใน ของ เป็น มี ได้ ไม่ ให้ ว่า จะ การ ความ ไป มา กับ นี้ นั้น แล้ว ก็ แต่ หรือ จาก โดย คน วัน ปี เดือน เวลา อยู่
ต้อง ทำ ทาง อย่าง เรา ฉัน ผม คุณ เขา เธอ พวก ท่าน ใคร อะไร ไหน ทำไม เมื่อ ถ้า เพราะ เพื่อ ด้วย กัน ขึ้น ลง เข้า ออก ถึง
ตั้งแต่ ระหว่าง หลัง ก่อน ใหม่ เก่า ดี มาก น้อย ใหญ่ เล็ก สูง ต่ำ ยาว สั้น เร็ว ช้า ร้อน เย็น หนาว ฝน แดด น้ำ ไฟ ลม ดิน บ้าน
เมือง ประเทศ ไทย กรุงเทพ จังหวัด ถนน รถ เรือ เครื่องบิน โรงเรียน โรงแรม โรงพยาบาล ร้าน ตลาด สินค้า ซื้อ ขาย ราคา เงิน บาท
จ่าย ชำระ บัตร บัญชี ธนาคาร ใบเสร็จ คืน เปลี่ยน ส่ง รับ สั่ง จัดส่ง ที่อยู่ เบอร์ โทรศัพท์ โทร ติดต่อ สอบถาม บริการ ลูกค้า
พนักงาน ช่วย เหลือ ปัญหา แก้ไข ระบบ เว็บไซต์ หน้า รหัสผ่าน ผู้ใช้ เข้าสู่ ข้อมูล ข้อความ อีเมล ภาพ รูป กล่อง พัง เสีย แตก
ขาด หาย ผิด ถูก ช่วยเหลือ ขอบคุณ ขอโทษ สวัสดี ครับ ค่ะ คะ นะ ยินดี พอใจ ชอบ รัก เกลียด กลัว โกรธ เศร้า สุข สนุก สบาย
เหนื่อย หิว กิน ดื่ม ข้าว อาหาร ผัก ผลไม้ ปลา หมู ไก่ เนื้อ นม ชา กาแฟ เด็ก ผู้ชาย ผู้หญิง พ่อ แม่ พี่ น้อง ลูก เพื่อน ครู
นักเรียน หมอ ตำรวจ งาน เรียน รู้ จำ ลืม คิด เห็น ฟัง พูด อ่าน เขียน ถาม ตอบ บอก เรียก ชื่อ ภาษา อังกฤษ จีน ญี่ปุ่น หนังสือ
เรื่อง เพลง หนัง เกม กีฬา เล่น ชนะ แพ้ เริ่ม จบ ปิด เปิด ยก วาง ถือ ใส่ ถอด เสื้อ กางเกง รองเท้า สี ขาว ดำ แดง เขียว เหลือง
หนึ่ง สอง สาม สี่ ห้า หก เจ็ด แปด เก้า สิบ ร้อย พัน หมื่น ล้าน แรก สุดท้าย ทุก บาง หลาย ทั้ง เท่า กว่า ที่สุด เพียง เกือบ
ประมาณ พรุ่งนี้ เมื่อวาน วันนี้ ตอนนี้ เช้า เที่ยง เย็น คืน สัปดาห์ อาทิตย์ จันทร์ อังคาร พุธ พฤหัสบดี ศุกร์ เสาร์ มกราคม
กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม รัฐบาล กฎหมาย ศาล เศรษฐกิจ
การเมือง สังคม วัฒนธรรม ประชาชน บริษัท ผลิต ธุรกิจ โครงการ พัฒนา สำคัญ จำเป็น เหมาะสม ง่าย ยาก ถ้อยคำ ศึกษา ประวัติ
สามารถ อาจ ควร เคย กำลัง ยัง ไม่มี ใช้ ได้รับ เกิด ตาย ชีวิต โลก พระ วัด ใจ มือ ตา หู ปาก หัว ขา แขน สิ่ง แห่ง ผู้ ซึ่ง
""",
}
"""Written for this table, each once."""

COMMON = {
    "et": "ja on ei et see ta oli kui ma ning aga mis ka siis nii kes mu seda veel oma sa nad meie teie siin kas minu "
    "palun pole olen olid mind kuid selle eest kaks saa saab tuleb",
    "ga": "na an agus is ar go ag do le sa leis don den nach bhfuil raibh chun seo sin air aige agam againn orm liom "
    "mar ach gach mo ba ina ann cad conas bheith",
}
"""What they have most often, in ASCII."""

RUDE = "ass bitch damn dick fuck fucking hell sex shit"
"""Common words of English that a table need not have."""

SHARP = """
groß größ bloß stoß stöß straß fuß füß gruß grüß spaß weiß heiß hieß reiß beiß schweiß fleiß dreißig mäß maßnahm maßstab
süß schließ fließ genieß gieß schieß sprieß außer außen draußen äußer strauß preuß büß ließ
"""
"""Parts of German words with ß: wordfreq writes it ss."""

ELIDED = {
    "fr": "l d qu c j n s m t",
    "it": "l un d c dell all nell dall sull quest quell",
}
"""What stands before an apostrophe: wordfreq has it as a word of its own."""
