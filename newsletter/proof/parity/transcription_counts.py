"""
How Hangul writes foreign names, counted in 4,000 names and 3,000 places of seventy languages.

By part of Hangul, the letters that it stands for (- for none) and how rarely: minus ten times the
natural logarithm of their share. A: a silent initial that begins a word, I: initials, M: medials,
F: finals, each with its number in Unicode; E: what stands behind the last syllable, if this is
open or closed. Made by `python -m tests.proof.parity.count_transcriptions`.
"""

from typing import Final

COUNTED: Final = """
A11: -0 h46 y48 j71 o72 w72 ao72 e77 a79
E0: -0 h50 s54 t60 d66 e68 es69 y76 g78
E1: -0 e36 h46 ne61 d62 es65 les69 n69 s76 da79 le80
F1: k6 c20 -25 ck30 x30 g31 cs41 ch43 diq53 gg53 uc53 uck54 ire55 ig58 euk61
F16: m1 n42 eum43 -44 me50 mm56 im59 um60 mp60 hen61 ne62
F17: p6 b14 v25 pp34 -41 ab41 op42 eup43 luv71
F19: t2 th27 d27 tt41 tra42 k42 tte42 odl45
F21: ng4 n15 -37 nt45 m51 o53 nd57 nc58 en58 g60 ung63 int64 mp67 mps67 ns68 hen76
F22: t4 eut11
F23: t0
F25: t0
F26: -0 o49
F4: n1 -39 nn45 nd48 on52 l60 nt62 ne63 ine63 in64 an70 m76 em76 int77
F8: l1 ll42 r44 lle50 -51 le57 hl61 rle64 gl67 ld68 ill70 rel71 ili73 oir74 al81 lai82 el82 ul84
  rls85
I0: g2 k29 gh34 gu35 -41 gg56 ji57 gue61 c62 agi62 q69 ch69 ku70 j71
I1: k7 q20 c24 kk24 -31 gar31 cu32 hog34 og45
I10: tsu7 s15 si25 ss26 x30 z37 ex37 siy40 c43 cy46 lhas61
I11: -0 y51 w61 g71 e75 i82
I12: j10 z12 g28 s29 zh33 ji40 gi41 d41 -41 c47 ch47 zu47 ds48 dz49 ge49 dj50 dge52 se53 gy54 je56
  zz58 ggi61 rz61 uzu61 es61 sa62 tz62 zi62 rge63 y66 zhi68 iz68 yzy68 gg68 cius68 hiji68 sso68
  zs68 izh68 ig68 drz68 dzh68 rg68 us68 ise69 za74 eg75 sea76 du76
I13: z15 tr17 c19 ch20 zi26 j33 cc33 kyaw33 tze33 jaro33 ziy33 tru36
I14: ch7 c16 ts23 z30 tz37 q38 cz44 tx44 cc46 qi48 t52 ti55 ci55 tch55 tts55 tsch55 -58 ky60 cs61
  te61 ich62 ce62 chch62 etzs62 zz62 sh62 etze62 th62 ig62 hiqi62 kyaw66 rts69 zcz71 j77 vaj77
I15: k5 c15 qu37 kh37 ch40 g40 kk42 q45 ck47 cc49 -53 que56 kw66 kic67 ak68 cqu73 cque73 sc73 kg73
  chae73 rke74 uk74 gh76 eg76 jk77 ky80
I16: t2 th28 tt31 d40 -41 dt56 ht63 to64 itt67 ed68 tth68 ti70 tte71 eth73 at73 tta74 tha74 thes75
  rt76 tic77 ud78 rte79 ath81
I17: p6 f14 v22 ph33 pp43 ff45 -45 w49 b56 pa62 bh63 pho64 po69 iff70 baot70 refo70 off70 l70
  hfo71 flo75 va76
I18: h3 kh24 ch32 j35 r36 g37 -45 f46 rr55 heu60 xi60 che61 rre63 gu63 ge65 i67 x67 och67 ga67
  ach67 gra68 eg68 gh69 hu74 gue76 rous77 yg79 uh81
I2: n0 nn41 -44 gn62 ni62 ne65 na71 mhn71 ny73 igne73 nd73 eane76 hny76
I3: d1 t38 dh45 dd45 -48 th59 ad60 rth65 nt71 eath71 wdh72 rdo72 ede72 ddh72 di79 jd82 de82
I4: t2 tt16
I5: r4 -15 l24 rr48 ar63 rg72 li72 lh76 le76 ra79 hr79 h82 ll82 og82 iri82 rd83
I6: m0 mm49 ma55 hm55 -57 em63
I7: b5 v12 w35 -48 bb54 bh59 ba62 av67 f67 fv74 vi74 ves74 amh74 ephe74 mp74 p74 obha75 va75 sv76
  ve80 bbo83
I8: p0
I9: s3 ss30 sh32 -33 z35 c36 ce45 x45 th48 sz52 su60 ch61 so63 sa64 sch66 ds67 xi69 rth69 es71
  rz73 is77 ca78 msa79 eath80 eace82 nyso82 rse83 os84
M0: a1 -38 e46 ar50 ah56 ha60 aa65 an72 o73 y73 i76 is79 igh81 u83
M1: a5 ae17 -29 ai31 i34 c40 e41 ar56 hat58 ui60 si65 thac65 at72 nea73
M10: wae0
M11: o4 eu22 oe24 jo36 eux43 lof44 oeb44 cho44 on45 oh46 lok50 lon52 ol69 ko77
M12: yo9 jo15 ho24 o25 llo32 cho40 joh41 io41 gio41 ea41 jor48 e48 hau48 hche48 llau48 tjo48
  chot58 joo70
M13: u2 o28 ou29 -41 oo45 l47 v49 ow53 oe54 e57 w60 uu63 oi63 woo63 hu66 lew69 llew71 ur72 oix74
  wol74 es75 mud75 oud75 ooy75 lu76 lc76 hut78 ois79
M14: wo6 wa24 uo26 wor31 -35 we35 uer35 war35 wer42 a42 iyua42 low42 owel42 ower42 wal43 ois43 w44
  word48 luo62
M15: we6 wa18 xue29 e33 wel34 -38 le39 wy40 yue40 wea40 rwel40 et41 way72 ue84
M16: u7 wi16 y30 yu34 ui38 ee39 uy40 whi42 wee42 wy46 ju46 uu48 vi49 us49 win50 uc50 wic51 ueg52
  hu53 yy53 ly53 uijf53 jue53 hiyu53 hup53 rwi56 hy59 rnvi60
M17: -17 yu17 h19 u24 ju30 ch30 ho32 hu33 iu35 you37 chu38 ew41 z42 ille42 eu43 lju45 yo47 che47
  lle48 ugh54 xio54 il54 uw54 xiuy54 y54 juk57 hsiu57 eelu65 yut66 igne71 ewar80
M18: -0 e37 eu54 t68 d68 g72 es74 re78 u79 vre83 aoxi83 ques84
M19: ui4 yi16 yiwu23
M2: ya6 ha19 a24 ja25 ia33 lla37 xia39 jaa51 hah52 har53 cha57 e58 gian58 eyar58 ye58 llar59 ar62
  hja62 yas69
M20: i2 y26 -28 e41 ie51 ee52 j54 g56 ey61 hi61 yi63 h63 ii66 a68 ly72 ea74 z76 iy77 hy80 ij82
  ay83 eer83 ja83 hit83 eigh83 uit83 thij84 yid84 yee85
M3: ja0
M4: eo16 a17 er19 e21 o22 u26 ur39 ir40 -40 ho41 or45 ar49 ou51 uc53 ha53 uo54 huo55 outh58 ol58
  ger61 xi61 ewar61 aoir64 olqu65 ough65 hr65 eare65 nah65 nel65 rel65 nor66 kha66 mler67 urra67
  ai67 om69 r69 rle70 bo73 nol73 we73 he74 be74 za79 re84
M5: e1 a35 -47 er52 i59 he60 jo61 eh63 ij65 aire69 ay70 u71 ais71 ers74 ai76 che77 eg77 ett77
  ret77 et78 tha78 rai79 ter79 rhe80 iers83 her83
M6: yeo3 yo26 -31 yu34 e38 je38 jur45 sio45 cher45 ya45 tio45 lie45
M7: ye10 e18 he20 je26 ia28 jo32 lle37 kje43 go43 hche43 yer50 heh50 hake50 kjae50 gje50 ke50 ya50
  ja50 kjo50 chee50 kjel51 lie52 cher54 yeh56 ea63 hef72 xia75 ie84
M8: o1 au45 or46 a47 -47 u52 ow57 aa57 aard59 og62 aw62 oh63 ho64 ou65 eau66 eu67 e71 ault71 hor74
  aul77 an78 ain78 aux78 faut78 aud79 us79 lowk79 as79 ard80 teau80 seau81
M9: wa4 ua14 va38 -41 law44 w46 wh53 ewar53 la57 vaj59
"""
