// Draws every picture of the sample issues as one SVG per file.
// Usage: node draw.mjs OUTDIR   (see README.md beside this file)
import { createRequire } from "node:module";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { geoAzimuthalEquidistant, geoOrthographic, geoPath, geoInterpolate,
  geoGraticule, geoDistance } from "d3-geo";
import { feature, mesh, merge } from "topojson-client";

const world = createRequire(import.meta.url)("world-atlas/countries-50m.json");
const out = process.argv[2] ?? "svg";
mkdirSync(out, { recursive: true });

const INK = "#111111", ACCENT = "#0a5c7a", SOFT = "#9a9a9a";
const SANS = "'Noto Sans CJK KR', sans-serif", SERIF = "'Noto Serif CJK KR', serif";

// Gyeonggi-do is marked at its provincial seat, Suwon.
const GYEONGGI = [127.03, 37.28], ULAANBAATAR = [106.92, 47.92];
const KM = 6371.0088;
console.log("great circle, km:", Math.round(geoDistance(GYEONGGI, ULAANBAATAR) * KM));

const byId = (...ids) => ({ type: "GeometryCollection",
  geometries: world.objects.countries.geometries.filter((g) => ids.includes(g.id)) });
const land = merge(world, world.objects.countries.geometries);
const borders = mesh(world, world.objects.countries, (a, b) => a !== b);
const coast = mesh(world, world.objects.countries, (a, b) => a === b);
const MONGOLIA = feature(world, byId("496")), KOREA = feature(world, byId("410"));

// ---- small drawing helpers
const r = (n) => Math.round(n * 100) / 100;
const line = (x1, y1, x2, y2, o = "") =>
  `<line x1="${r(x1)}" y1="${r(y1)}" x2="${r(x2)}" y2="${r(y2)}" stroke="${INK}" ${o}/>`;
const text = (x, y, s, { size = 28, font = SANS, weight = 400, fill = INK, anchor = "start",
  spacing = 0, halo = 0, extra = "" } = {}) =>
  `<text x="${r(x)}" y="${r(y)}" font-family="${font}" font-size="${size}" font-weight="${weight}" `
  + `fill="${fill}" text-anchor="${anchor}" letter-spacing="${spacing}" `
  + (halo ? `stroke="#fff" stroke-width="${halo}" stroke-linejoin="round" paint-order="stroke" ` : "")
  + `${extra}>${s}</text>`;
const hatch = (id, step = 7) =>
  `<pattern id="${id}" width="${step}" height="${step}" patternUnits="userSpaceOnUse" `
  + `patternTransform="rotate(45)"><line x1="0" y1="0" x2="0" y2="${step}" `
  + `stroke="${ACCENT}" stroke-width="1.3"/></pattern>`;
const save = (name, w, h, body) =>
  writeFileSync(join(out, name + ".svg"), `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" `
    + `height="${h}" viewBox="0 0 ${w} ${h}"><rect width="${w}" height="${h}" fill="#fff"/>${body}</svg>\n`);
const site = (p, radius = 9) =>
  `<circle cx="${r(p[0])}" cy="${r(p[1])}" r="${radius + 7}" fill="#fff" stroke="${ACCENT}" stroke-width="2"/>`
  + `<circle cx="${r(p[0])}" cy="${r(p[1])}" r="${radius}" fill="${ACCENT}"/>`;

// ---- 1. The way from Gyeonggi-do to Ulaanbaatar (lead, August)
function way(lang, name) {
  const t = { ko: { mn: "몽골", cn: "중국", ru: "러시아", nk: "북한", kr: "대한민국", jp: "일본", east: "동해",
      ub: "울란바토르", gg: "경기도", dist: "약 2,000km" },
    en: { mn: "MONGOLIA", cn: "CHINA", ru: "RUSSIA", nk: "NORTH KOREA", kr: "SOUTH KOREA", jp: "JAPAN",
      east: "East Sea", ub: "Ulaanbaatar", gg: "Gyeonggi-do", dist: "about 2,000 km" } }[lang];
  const W = 1200, H = 675;
  const mid = geoInterpolate(GYEONGGI, ULAANBAATAR)(0.5);
  const proj = geoAzimuthalEquidistant().rotate([-mid[0], -mid[1]]).scale(2010)
    .translate([W / 2 + 46, H / 2 - 8]).clipExtent([[-5, -5], [W + 5, H + 5]]).precision(0.2);
  const path = geoPath(proj).digits(1);
  const a = proj(GYEONGGI), b = proj(ULAANBAATAR);
  // The centre of the projection lies on the great circle, so the circle is drawn
  // straight and true to scale: one tick for every 500 km.
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]], len = Math.hypot(dx, dy);
  const total = geoDistance(GYEONGGI, ULAANBAATAR) * KM;
  let ticks = "";
  for (let km = 500; km < total - 100; km += 500) {
    const f = km / total, x = a[0] + dx * f, y = a[1] + dy * f, n = 9;
    ticks += `<line x1="${r(x - dy / len * n)}" y1="${r(y + dx / len * n)}" x2="${r(x + dy / len * n)}" `
      + `y2="${r(y - dx / len * n)}" stroke="${ACCENT}" stroke-width="2.5"/>`;
  }
  const country = (ll, s, o = {}) => { const p = proj(ll);
    return text(p[0], p[1], s, { size: lang === "ko" ? 28 : 24, fill: "#555", anchor: "middle",
      spacing: lang === "ko" ? 6 : 3, halo: 7, ...o }); };
  const c = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2], angle = Math.atan2(-dy, -dx) * 180 / Math.PI;
  save(name, W, H, `<defs>${hatch("h")}</defs>`
    + `<path d="${path(coast)}" fill="none" stroke="${INK}" stroke-width="1.3"/>`
    + `<path d="${path(borders)}" fill="none" stroke="${SOFT}" stroke-width="1.1"/>`
    + [MONGOLIA, KOREA].map((f) =>
      `<path d="${path(f)}" fill="url(#h)" fill-opacity=".5" stroke="${INK}" stroke-width="1.8"/>`).join("")
    + country([111.5, 54.6], t.ru) + country([108.8, 38.2], t.cn)
    + country([140.6, 36.35], t.jp)
    + country([133.6, 40.2], t.east, { fill: ACCENT, font: SERIF, spacing: lang === "ko" ? 8 : 1, size: 28 })
    + country(lang === "ko" ? [101.2, 45.35] : [100.6, 45.35], t.mn,
      { size: lang === "ko" ? 42 : 36, weight: 500, fill: INK, spacing: lang === "ko" ? 14 : 6, halo: 12 })
    + `<line x1="${r(a[0])}" y1="${r(a[1])}" x2="${r(b[0])}" y2="${r(b[1])}" stroke="#fff" stroke-width="11"/>`
    + `<line x1="${r(a[0])}" y1="${r(a[1])}" x2="${r(b[0])}" y2="${r(b[1])}" stroke="${ACCENT}" stroke-width="3.5"/>`
    + ticks + site(a) + site(b)
    + text(0, -22, t.dist, { size: 38, font: SERIF, weight: 600, fill: ACCENT, anchor: "middle", halo: 10,
      extra: `transform="translate(${r(c[0])} ${r(c[1])}) rotate(${r(angle)})"` })
    + text(b[0] - 4, b[1] - 34, t.ub, { size: 36, weight: 700, anchor: "middle", halo: 10 })
    + text(a[0] - 32, a[1] + 20, t.gg, { size: 40, weight: 700, anchor: "end", halo: 10 }));
}

// ---- 2. Where Mongolia is (lead, July)
function globe(lang, name) {
  const t = { ko: ["몽골", "수도 울란바토르", "경기도"],
    en: ["Mongolia", "Capital: Ulaanbaatar", "Gyeonggi-do"] }[lang];
  const W = 1200, H = 675, R = 500, cx = 800, cy = 520;
  const proj = geoOrthographic().rotate([-107, -33]).scale(R).translate([cx, cy]).precision(0.2);
  const path = geoPath(proj).digits(1);
  const u = proj(ULAANBAATAR), g = proj(GYEONGGI);
  save(name, W, H, `<defs>${hatch("h", 7)}</defs>`
    + `<path d="${path(geoGraticule().step([15, 15])())}" fill="none" stroke="#b8b8b8" stroke-width=".9"/>`
    + `<path d="${path(land)}" fill="#fff" stroke="${INK}" stroke-width="1.2"/>`
    + `<path d="${path(MONGOLIA)}" fill="${ACCENT}"/>`
    + `<circle cx="${cx}" cy="${cy}" r="${R}" fill="none" stroke="${INK}" stroke-width="1.6"/>`
    + `<circle cx="${r(u[0])}" cy="${r(u[1])}" r="7" fill="#fff"/>`
    + `<path d="M${r(u[0])},${r(u[1])}H${cx - R - 10 > 70 ? 70 : 70}" fill="none" stroke="#fff" stroke-width="0"/>`
    + `<circle cx="${r(g[0])}" cy="${r(g[1])}" r="7" fill="${ACCENT}" stroke="#fff" stroke-width="2"/>`
    + text(g[0] + 18, g[1] + 36, t[2], { size: 30, weight: 500, halo: 10 })
    + line(70, 96, 330, 96, 'stroke-width="1.5"')
    + text(66, 190, t[0], { size: 84, font: SERIF, weight: 700 })
    + text(70, 246, t[1], { size: 32, fill: ACCENT, weight: 500 }));
}

// ---- 3. Two screens facing each other (August, shared by both languages)
function screens(name) {
  const W = 1200, H = 800;
  // each screen is a trapezium in one-point perspective; [outer x, inner x]
  const L = { xo: 90, xi: 400, to: 110, bo: 590, ti: 190, bi: 510 };
  const pt = (side, u, v) => { // u: 0 outer edge .. 1 inner edge, v: 0 top .. 1 bottom
    const x = L.xo + (L.xi - L.xo) * u, top = L.to + (L.ti - L.to) * u, bot = L.bo + (L.bi - L.bo) * u;
    return [side === "l" ? x : W - x, top + (bot - top) * v];
  };
  const quad = (side, m, o) => {
    const p = [[m, m], [1 - m, m], [1 - m, 1 - m], [m, 1 - m]].map(([u, v]) => pt(side, u, v).map(r).join(","));
    return `<polygon points="${p.join(" ")}" ${o}/>`;
  };
  let strings = "";
  const n = 24;
  for (let i = 0; i <= n; i++) {
    const v = i / n, p = pt("l", 0.94, 0.06 + 0.88 * v), q = pt("r", 0.94, 0.06 + 0.88 * (1 - v));
    strings += `<line x1="${r(p[0])}" y1="${r(p[1])}" x2="${r(q[0])}" y2="${r(q[1])}" stroke="${ACCENT}" stroke-width="1.3"/>`;
  }
  let ruled = "";
  for (const s of ["l", "r"]) for (let i = 0; i <= n; i++) {
    const v = 0.06 + 0.88 * i / n, p = pt(s, 0.06, v), q = pt(s, 0.94, v);
    ruled += `<line x1="${r(p[0])}" y1="${r(p[1])}" x2="${r(q[0])}" y2="${r(q[1])}" stroke="${ACCENT}" stroke-width="1.3"/>`;
  }
  save(name, W, H, strings
    + ["l", "r"].map((s) => quad(s, 0, `fill="#fff" stroke="${INK}" stroke-width="2.4"`)
      + quad(s, 0.06, `fill="none" stroke="${INK}" stroke-width="1.2"`)).join("") + ruled
    + line(90, 650, 1110, 650, 'stroke-width="1.2"')
    + text(90, 704, "경기도", { size: 38, font: SERIF, weight: 700 })
    + text(90, 748, "Gyeonggi-do", { size: 30 })
    + text(600, 704, "2022. 7. 25.", { size: 34, font: SERIF, weight: 500, fill: ACCENT, anchor: "middle" })
    + text(1110, 704, "몽골 HDC", { size: 38, font: SERIF, weight: 700, anchor: "end" })
    + text(1110, 748, "Mongolian HDC", { size: 30, anchor: "end" }));
}

// ---- 4. What the HDC does (August): a typographic plate
function plate(lang, name) {
  const t = { ko: ["보건개발센터", "법적 근거를 마련하는 정부 산하 기관", ["의료서비스", "질 관리"], ["보건의료", "인력 양성"], ["관련 정책", "개발"]],
    en: ["Health Development Center", "Government-affiliated; sets the legal basis for", ["Quality of", "services"], ["Training of", "workforce"], ["Health", "policy"]] }[lang];
  const W = 1200, H = 800, x0 = 80, x1 = 1120, cw = (x1 - x0) / 3;
  const cols = t.slice(2).map((s, i) => {
    const x = x0 + cw * i + (i ? 36 : 0);
    return (i ? line(x0 + cw * i, 440, x0 + cw * i, 720, 'stroke-width="1"') : "")
      + text(x, 640, s[0], { size: 42, font: SERIF, weight: 600 }) + text(x, 696, s[1], { size: 42, font: SERIF, weight: 600 })
      + sign(i, x, 448);
  }).join("");
  function sign(i, x, y) { // three small constructions of rules and circles
    const s = `fill="none" stroke="${ACCENT}" stroke-width="2.2"`;
    if (i === 0) return [60, 42, 24].map((q) => `<circle cx="${x + 60}" cy="${y + 60}" r="${q}" ${s}/>`).join("")
      + `<circle cx="${x + 60}" cy="${y + 60}" r="7" fill="${ACCENT}"/>`;
    if (i === 1) return [0, 1, 2, 3].map((k) => Array.from({ length: k + 1 }, (_, j) =>
      `<circle cx="${x + 14 + k * 38}" cy="${y + 106 - j * 31}" r="12" ${j === k ? `fill="${ACCENT}" stroke="${ACCENT}" stroke-width="2.2"` : s}/>`).join("")).join("");
    return `<rect x="${x + 1}" y="${y}" width="92" height="120" ${s}/>`
      + [26, 44, 62, 80].map((d, k) => `<line x1="${x + 18}" y1="${y + d}" x2="${x + (k === 3 ? 50 : 76)}" y2="${y + d}" stroke="${ACCENT}" stroke-width="2.2"/>`).join("");
  }
  save(name, W, H, line(x0, 80, x1, 80, 'stroke-width="3"')
    + text(x0 - 12, 276, "HDC", { size: 230, font: SERIF, weight: 700, spacing: -4 })
    + text(x1, lang === "ko" ? 276 : 276, "", {})
    + text(x0, 350, t[0], { size: 46, font: SERIF, weight: 500, fill: ACCENT })
    + line(x0, 392, x1, 392, 'stroke-width="1.2"') + cols);
}

// ---- 5. From June to the next conference (August)
function timeline(lang, name) {
  const t = { ko: [["6월", "메디컬 경기 연수", "몽골"], ["7월 25일", "실무급 화상회의", "온라인"], ["다음", "화상회의 재개최", "온라인"]],
    en: [["June", "Medical Gyeonggi", "Training in Mongolia"], ["July 25", "Working-level", "video conference"], ["Next", "Another", "video conference"]] }[lang];
  const W = 1200, H = 800, y = 400, xs = [80, 460, 840];
  save(name, W, H, line(80, 90, 1120, 90, 'stroke-width="3"')
    + text(80, 150, lang === "ko" ? "2022년" : "2022", { size: 40, font: SERIF, weight: 500, fill: ACCENT })
    + `<line x1="80" y1="${y}" x2="840" y2="${y}" stroke="${ACCENT}" stroke-width="3"/>`
    + `<line x1="840" y1="${y}" x2="1120" y2="${y}" stroke="${ACCENT}" stroke-width="3" stroke-dasharray="3 11"/>`
    + xs.map((x, i) => `<circle cx="${x + 20}" cy="${y}" r="20" fill="${i === 2 ? "#fff" : ACCENT}" stroke="${ACCENT}" stroke-width="3"/>`
      + text(x, y - 60, t[i][0], { size: 68, font: SERIF, weight: 700 })
      + text(x, y + 92, t[i][1], { size: 36, weight: 500 }) + text(x, y + 142, t[i][2], { size: 36, weight: 400 })).join("")
    + line(80, 710, 1120, 710, 'stroke-width="1.2"'));
}

way("ko", "2022-08/01-video-conference/지도".normalize("NFC").replaceAll("/", "__"));
way("en", "2022-08__01-video-conference__map");
screens("2022-08__02-introductions__screens");
plate("ko", "2022-08__03-hdc__hdc.ko");
plate("en", "2022-08__03-hdc__hdc.en");
timeline("ko", "2022-08__04-next-steps__timeline.ko");
timeline("en", "2022-08__04-next-steps__timeline.en");
globe("ko", "2022-07__01-medical-gyeonggi-training__mongolia.ko");
globe("en", "2022-07__01-medical-gyeonggi-training__mongolia.en");
