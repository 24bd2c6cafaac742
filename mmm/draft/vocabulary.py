"""Words that columns of marketing tables are named with, in several languages, by what they mean.

Words are compared without accents, as ``names.words_of`` gives them. One of five letters or more is
also recognised inside a longer word ("wettbewerberpreis"); a shorter one stands alone.
"""

SPEND = (
    "spend spent spending spends cost costs budget invest investment mdsp expense expenses werbung "
    "kosten ausgaben aufwand investition gasto gastos coste costo costes inversion presupuesto "
    "depense depenses cout couts budgets investissement spesa spese costi investimento uitgaven "
    "kostprijs gastado investido custo wydatki koszt koszty utgifter kostnad werbeausgaben "
    "werbekosten mediaausgaben streukosten mediakosten frais inversiones investimentos despesa "
    "despesas verba bestedingen investering investeringen harcama harcamasi maliyet maliyeti bütçe "
    "bütçesi kulut kustannus kustannukset omkostning omkostninger forbrug kostnader annonskostnad "
    "reklamkostnad annonseutgifter nakłady budżet"
)
CHANNEL = (
    "press tv television televisie televisione fernsehen ctv ott vod atv linear radio hoerfunk "
    "horfunk "
    "horfunkwerbung audio podcast podcasts spotify ooh dooh outdoor plakat plakate aussenwerbung "
    "affichage affissioni valla vallas billboard billboards print newspaper newspapers magazine "
    "magazines zeitung zeitungen zeitschrift zeitschriften beilage beilagen presse prensa stampa "
    "revista revistas periodico insert inserts flyer flyers leaflet leaflets prospekt prospekte "
    "handzettel prospectus folleto folletos tract tracts catalog catalogue katalog kataloge "
    "mailing mailings postwurf buzoneo dm directmail kino cinema cine facebook fb meta instagram "
    "insta google adwords bing microsoft search suche busqueda recherche buscadores ricerca zoeken "
    "pesquisa sem sea ppc shopping pmax display programmatic dv360 criteo retargeting remarketing "
    "youtube yt video tiktok snapchat snap pinterest linkedin twitter reddit quora amazon "
    "affiliate affiliates affiliation influencer influencers influenceur sponsoring sponsorship "
    "sponsor patrocinio social sociales sociaux native taboola outbrain naver kakao wechat weibo "
    "baidu yandex vk discovery bannerwerbung banner banners media medien medios werbespots spots "
    "campaign digital allegro zalando idealo trivago tripadvisor groupon twitch applovin journaux "
    "panneaux televisión televisão jornal jornais encarte panfleto giornali quotidiani volantino "
    "volantini kranten krant tijdschriften buitenreclame folders televizyon radyo gazete dergi "
    "açıkhava arama telewizja prasa wyszukiwarka televisio ulkomainonta sanomalehti avis aviser "
    "dagspress utomhus utereklam utendørs biograf fjernsyn søgning søk sök haku"
)
ALONE = (
    "press satis satış antal klik avis ordre haku sade stad oma uge uke vraag insta order units "
    "media "
    "print state spots index event trend linear meteo stock"
)
"""Words of five letters and more that are no part of longer ones."""
EXPOSURE = (
    "impressoes weergaven vertoningen wyswietlenia visningar inviate inviati alcance impression "
    "impressions impressionen impresiones impressioni imps impr visibility mdip grp grps trp trps "
    "clicks click klicks klick clics clic clicchi views view aufrufe vues vistas reach reichweite "
    "portee kontakte sichtkontakte contacts insertions einblendungen opens delivered sent "
    "versendet versand envios envoyes verzonden auflage circulation portata bereik cliques "
    "impressões impressão odsłony zasięg kliknięcia kliknięć impresje gösterim görüntülenme "
    "tıklama tıklamalar erişim näyttökerrat klikkaukset klikit visninger klikk klik"
)
REACHED = "reach reichweite alcance portee reached"
FREQUENCY = "frequency frequenz frecuencia frequence"
OWNED = (
    "email emails mail mails newsletter newsletters push sms mms whatsapp crm organic organisch "
    "organico organique owned earned blog blogs seo posts notifications boletin correo infolettre "
    "boletim biuletyn eposta bülten sähköposti uutiskirje nyhetsbrev nyhedsbrev"
)
RATE = (
    "stuckkosten stueckkosten kostprijs einstandspreis rate rates quote tasa taux cpc cpm cpa "
    "cpl cpo cac cpi cpv ctr cvr roas roi cos kur vtr cpp bounce position rank quality "
    "share_of_voice sov"
)
RATE_PHRASES = (
    "unit cost|unit costs|cost price|landed cost|coste unitario|costo unitario|cout unitaire|"
    "share of voice|cost per|costs per|kosten pro|kosten je|coste por|costo por|cout par|"
    "costo per|custo por|spend per|conversion rate|click rate|click through|open rate|kosten per|"
    "tkp|return on ad"
)
UNIT_COST = "cpc cpv stuckkosten stueckkosten"
UNIT_COST_PHRASES = (
    "unit cost|unit costs|cost per|costs per|kosten pro|kosten je|kosten per|coste por|costo por|"
    "cout par|costo per|custo por"
)
COST_OF_UNIT = "stuckkosten stueckkosten kostprijs einstandspreis wareneinstand"
COST_OF_UNIT_PHRASES = (
    "unit cost|unit costs|cost price|landed cost|coste unitario|costo unitario|cout unitaire|"
    "cost per unit|kosten pro stuck|kosten je stuck"
)
COST_OF_RESULT = (
    "acquisition order lead sale install customer thousand mille action conversion bestellung "
    "auftrag kunde tausend mil mille pedido cliente venta commande client vente ordine vendita"
)
AUDIENCE = (
    "follower followers fans seguidores abonnes likes kommentare comments reviews rating ratings "
    "bewertung bewertungen stars"
)
MONEY_KPI = (
    "revenue revenues sales turnover gmv umsatz umsatze umsaetze erlos erlose erloes erloese venta "
    "ventas ingresos facturacion ventes chiffre ca fatturato vendite ricavi omzet receita vendas "
    "faturamento przychod sprzedaz omsattning forsaljning omsetning salg bookings opbrengst "
    "verkopen omzetten recettes incasso incassi facturado importe ciro gelir hasılat satış "
    "satışlar satışı obrót obroty wartość liikevaihto myynti omsætning indtægt indtægter intäkter "
    "inntekter salgsbeløp"
)
UNITS_KPI = (
    "mql mqls sql sqls orders order units unit conversions conversion transactions transaction "
    "purchases purchase "
    "bestellungen bestellung auftrage auftraege absatz stuck stueck stk pieces pedidos pedido "
    "unidades commandes commande unites ordini unita bestellingen subscriptions subscription "
    "subscribers signups signup registrations registration anmeldungen anmeldung installs install "
    "downloads leads lead quantity qty menge cantidad quantite abos abo abonnements trials "
    "activations neukunden kunden customers clientes clients contracts vertrage vertraege "
    "abschlusse policies tickets checkouts altas suscripciones inscripciones pezzi quantità "
    "acquisti conversioni quantidade unidade vendidas compras stuks aankopen conversies "
    "sipariş siparişler adet adedi zamówienia zamówień sztuk sztuki transakcje tilaukset "
    "kappaletta ordrer ordre bestillinger beställningar antall"
)
PLAIN_KPI = "kpi target outcome y dependent response"
PRICE = (
    "medelpris gennemsnitspris snittpris gjennomsnittspris konkurrentpris "
    "price prices preis preise precio precios prix prezzo prezzi prijs preco pris cena asp rrp "
    "msrp uvp prijzen preços ceny fiyat fiyatı hinta hinnat priser verkoopprijs salgspris "
    "forsäljningspris stykpris styckpris"
)
PAID_PRICE = (
    "net netto neto paid actual average avg effective promo selling durchschnitt verkaufspreis asp"
)
LIST_PRICE = "list base regular listen liste lista katalog shelf retail rrp msrp uvp"
VALUE = "warenkorb bestellwert aov arpu arpa ltv clv ordervalue"
VALUE_PHRASES = (
    "revenue per|rev per|sales per|value per|order value|basket value|umsatz pro|umsatz je|"
    "erlos pro|"
    "erlos je|wert pro|ingreso por|valor por|valor medio|revenu par|panier moyen|ticket medio|"
    "valore medio|margin per|profit per|deckungsbeitrag pro|deckungsbeitrag je|ltv|clv|aov|"
    "average order|deal size|warenkorb|bestellwert|ordervalue|ticket promedio"
)
MARGIN = "margin marge marges margen margine margem rohertrag"
RIVAL = (
    "competitor competitors competition competitive compet rival rivals konkurrent konkurrenz "
    "konkurrenten wettbewerb wettbewerber mitbewerber competidor competidores competencia "
    "concurrent concurrents concurrence concorrente concorrenti concorrenza concurrentie konkurent "
    "konkurrenter comp concorrência concorrentes concurrenten mededinger rakip rakipler "
    "konkurencja konkurencji kilpailija kilpailijan"
)
FOLLOWS = (
    "cogs commission commissions provision provisionen comision comisiones commissione courtage "
    "fee fees refund refunds returns retouren erstattung devoluciones retours tax taxes vat mwst "
    "steuer iva tva shipping versandkosten freight fracht envio royalty royalties wareneinsatz "
    "wareneinstand profit gewinn beneficio remboursement remboursements livraison reso resi "
    "spedizione devolução devoluções frete imposto comissão retourzendingen verzendkosten kargo "
    "iade komisyon vergi zwroty prowizja podatek toimituskulut palautukset frakt retur returer "
    "provisjon moms"
)
FEE = "fee fees"
FOLLOWS_PHRASES = (
    "cost of goods|cost of sales|cost of revenue|coste de ventas|cout des ventes|"
    "costo del venduto|kosten der waren"
)
DISCOUNT = (
    "korting kortingen actie desconto descontos promocao sconti rabat rabaty rea kampanj promo "
    "promos promotion promotions promocion promociones promozione aktion aktionen rabatt rabatte "
    "discount discounts descuento descuentos remise remises sconto soldes rebajas coupon coupons "
    "gutschein markdown markdowns mrkdn deal saldi event events launch launches strike streik "
    "campana outage angebot angebote sonderangebot oferta ofertas liquidación réduction réductions "
    "offerta offerte liquidação cupom cupons aanbieding aanbiedingen uitverkoop indirim indirimler "
    "kampanya kampanyalar promosyon promocja promocje obniżka wyprzedaż alennus alennukset tarjous "
    "tilbud rabatter kampanje erbjudande"
)
HOLIDAY = (
    "feriado feriados helgdag swieto swieta vakantie bfcm holiday holidays hldy feiertag feiertage "
    "ferien schulferien festivo festivos vacaciones feries vacances ferie festivita feestdag "
    "christmas weihnachten navidad noel easter ostern pascua paques thanksgiving xmas bankholiday "
    "blackfriday feestdagen festivi natal páscoa carnaval natale pasqua wielkanoc święto "
    "świąteczny tatil bayram bayramı ramazan juhlapyhä pyhäpäivä helligdag helligdager helligdage "
    "påske joulu"
)
HOLIDAY_PHRASES = (
    "black friday|cyber monday|bank holiday|school holiday|jour ferie|dia festivo|cyber week|"
    "prime day|singles day"
)
CONTROL = (
    "myymälöiden kauppojen "
    "weer tempo clima meteo pogoda vader temperatuur chuva regn neerslag weather wetter "
    "temperature temperatur temp temperatura rain regen lluvia pluie niederschlag precipitation "
    "sunshine sonne snow schnee humidity distribution distribucion distribuzione distributie acv "
    "wtd numerische availability verfugbarkeit stock oos stores store filialen filialzahl tiendas "
    "magasins negozi unemployment arbeitslosigkeit paro chomage inflation inflacion cpi cci "
    "confidence konsumklima gdp bip index indice sentiment trends gas benzin mobility stringency "
    "covid lockdown corona season control controls macro assortment sortiment opening openings "
    "verkaufsstellen distributionsgrad geschäfte précipitations précipitaciones desempleo "
    "disoccupazione inflazione lojas inflação desemprego distribuição winkels werkloosheid "
    "inflatie consumentenvertrouwen sıcaklık yağış mağaza mağazalar mağazası enflasyon işsizlik "
    "sklepy sklepów bezrobocie inflacja dystrybucja lämpötila sade myymälät butik butiker butikker "
    "arbetslöshet arbejdsløshed arbeidsledighet nedbør nederbörd"
)
DEMAND = (
    "demand nachfrage demanda demande domanda category kategorie categoria categorie market markt "
    "mercado marche mercato vraag talep pazar popyt rynek kysyntä efterspørgsel etterspørsel "
    "efterfrågan marked marknad"
)
RESULT = (
    "sessions session visits visit visitors traffic besuche besucher visitas visites pageviews "
    "queries query brandsearch awareness consideration bekanntheit recall buzz visite sessioni "
    "bezoeken bezoekers sessies sessões ziyaret ziyaretler oturum wizyty sesje käynnit besök besøg"
)
RESULT_PHRASES = (
    "brand search|branded search|brand queries|brand query|website visits|web visits|site visits"
)
SEARCHES = "search searches query queries brandsearch suchanfragen suchen recherches busquedas"
SEARCH_ADS = "search sem sea ppc adwords google bing suche busqueda recherche ricerca pesquisa"
SEASON = "seas season seasonal sin cos fourier saison quartal trend"
CALENDAR = (
    "year yr jahr ano annee anno jaar quarter qtr quartal trimestre month monat mes mois mese "
    "maand week kw woche wk semana semaine settimana nbr prd period day"
)
COUNTRY = "country land pais pays paese nation markt market geo"
GEO = (
    "geo geos region regions market dma state country city bundesland land provincia province "
    "departement comunidad comune gebiet stadt ciudad ville area territory zone geography location "
    "store filiale tienda magasin markt pais pays plz zip district regione città provincie "
    "gemeente stad região cidade bölge şehir województwo miasto alue kaupunki maakunta kommune "
    "fylke"
)
PRODUCT = (
    "product produkt producto produit prodotto brand marke marca marque sku category kategorie "
    "categoria line segment model"
)
POPULATION = (
    "population populations pop einwohner einwohnerzahl bevolkerung bevoelkerung poblacion people "
    "inhabitants habitantes habitants abitanti inwoners populacao households haushalte população "
    "nüfus ludność mieszkańcy väkiluku asukasluku befolkning innbyggere invånare indbyggere"
)
DATE = (
    "date datum fecha data dato time week woche semana semaine settimana wk day tag dia jour "
    "period month giorno dzień tydzień tarih hafta viikko päivämäärä pvm uge uke vecka"
)
OWN = (
    "own our ours eigen eigener eigene unser unsere propio propia nuestro notre nos nostro ons "
    "onze nossa nosso nasz nasze bizim kendi egen vores oma"
)
GENERIC = (
    "ads ad anzeigen werbung campaign campaigns kampagne kampagnen online paid bezahlt media "
    "publicité pubblicità publicidad publicidade anuncios reclame advertenties reklam reklama "
    "reklame annons annonser mainos mainonta"
)
TOTAL = (
    "total gesamt summe all overall sum totale totaal insgesamt totales complessivo toplam genel "
    "razem łącznie ogółem yhteensä totalt"
)
NET_KPI = "net netto neto neta"
EARLY_KPI = (
    "mql mqls sql sqls trials trial leads lead installs install downloads signups signup "
    "registrations "
    "registration anmeldungen anmeldung checkouts tickets inscripciones"
)
PART_KPI = "gross brutto bruto new neue nuevo existing online offline web app"
CURRENCY = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "$": "USD", "usd": "USD",
    "£": "GBP", "gbp": "GBP", "chf": "CHF", "pln": "PLN", "sek": "SEK", "nok": "NOK",
    "dkk": "DKK", "jpy": "JPY", "cad": "CAD", "aud": "AUD", "inr": "INR", "brl": "BRL",
}  # fmt: skip
