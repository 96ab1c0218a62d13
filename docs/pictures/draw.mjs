// Draws every picture of the sample issues as one SVG per file.
// Usage: node draw.mjs OUTDIR [WIDE] [COLUMN]   (see README.md beside this file)
import { createRequire } from "node:module";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { geoAzimuthalEquidistant, geoOrthographic, geoPath, geoInterpolate,
  geoDistance, geoArea } from "d3-geo";
import { feature, mesh, merge } from "topojson-client";

const world = createRequire(import.meta.url)("world-atlas/countries-50m.json");
const out = process.argv[2] ?? "svg";
// How many pixels wide the files are: the pictures over the whole letter, and those of a column.
const WIDE = Number(process.argv[3] ?? 1120), COLUMN = Number(process.argv[4] ?? 1080);
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
// Drawn on a canvas of w x h, painted as many pixels wide as asked for; the height is even,
// so that a letter can show the picture at half its size.
const save = (name, w, h, body, pixels = WIDE) =>
  writeFileSync(join(out, name + ".svg"), `<svg xmlns="http://www.w3.org/2000/svg" width="${pixels}" `
    + `height="${2 * Math.round(h * pixels / w / 2)}" viewBox="0 0 ${w} ${h}">`
    + `<rect width="${w}" height="${h}" fill="#fff"/>${body}</svg>\n`);
const site = (p, radius = 9) =>
  `<circle cx="${r(p[0])}" cy="${r(p[1])}" r="${radius + 7}" fill="#fff" stroke="${ACCENT}" stroke-width="2"/>`
  + `<circle cx="${r(p[0])}" cy="${r(p[1])}" r="${radius}" fill="${ACCENT}"/>`;

// ---- 1. The way from Gyeonggi-do to Ulaanbaatar (lead, August)
function way(lang, name) {
  const ko = lang === "ko";
  const t = ko ? { mn: "몽골", cn: "중국", ru: "러시아", east: "동해",
    ub: "울란바토르", gg: "경기도", dist: ["약 2,000km"] }
    : { mn: "MONGOLIA", cn: "CHINA", ru: "RUSSIA", east: "East Sea",
      ub: "Ulaanbaatar", gg: "Gyeonggi-do", dist: ["about", "2,000 km"] };
  const W = 1200, H = 675;
  const mid = geoInterpolate(GYEONGGI, ULAANBAATAR)(0.5);
  const proj = geoAzimuthalEquidistant().rotate([-mid[0], -mid[1]]).scale(1630)
    .translate([W / 2 + 14, H / 2 + 14]).clipExtent([[-5, -5], [W + 5, H + 5]]).precision(0.2);
  const path = geoPath(proj).digits(1);
  const a = proj(GYEONGGI), b = proj(ULAANBAATAR);
  // The centre of the projection lies on the great circle, so the circle is drawn
  // straight and true to scale: one tick for every 500 km.
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]], len = Math.hypot(dx, dy);
  const total = geoDistance(GYEONGGI, ULAANBAATAR) * KM;
  const stroke = (colour, width) => `<line x1="${r(a[0])}" y1="${r(a[1])}" x2="${r(b[0])}" y2="${r(b[1])}" `
    + `stroke="${colour}" stroke-width="${width}"/>`;
  let ticks = "";
  for (let km = 500; km < total - 100; km += 500) {
    const x = a[0] + dx * km / total, y = a[1] + dy * km / total, n = 10 / len;
    ticks += `<line x1="${r(x - dy * n)}" y1="${r(y + dx * n)}" x2="${r(x + dy * n)}" y2="${r(y - dx * n)}" `
      + `stroke="${ACCENT}" stroke-width="3"/>`;
  }
  const label = (ll, s, o = {}) => { const p = proj(ll);
    return text(p[0], p[1], s, { size: ko ? 30 : 26, fill: "#444", anchor: "middle",
      spacing: ko ? 6 : 3, halo: 8, ...o }); };
  const at = [a[0] + dx * 0.5, a[1] + dy * 0.5];
  save(name, W, H, `<defs>${hatch("h")}</defs>`
    + `<path d="${path(coast)}" fill="none" stroke="#6f6f6f" stroke-width="1.1"/>`
    + `<path d="${path(borders)}" fill="none" stroke="${SOFT}" stroke-width="1.1"/>`
    + [MONGOLIA, KOREA].map((f) =>
      `<path d="${path(f)}" fill="url(#h)" fill-opacity=".8" stroke="${INK}" stroke-width="1.9"/>`).join("")
    + label([114.2, 52.3], t.ru) + label([108.6, 37.6], t.cn)
    + label([135.2, 40.6], t.east, { fill: ACCENT, font: SERIF, spacing: ko ? 8 : 1, size: 30 })
    + label(ko ? [103.4, 45.1] : [103.1, 45.1], t.mn,
      { size: ko ? 44 : 36, weight: 500, fill: INK, spacing: ko ? 14 : 5, halo: 14 })
    + stroke("#fff", 9) + stroke(ACCENT, 4) + ticks
    + `<path d="M${r(a[0])},${r(a[1])}h90" fill="none" stroke="#fff" stroke-width="8"/>`
    + `<path d="M${r(a[0])},${r(a[1])}h90" fill="none" stroke="${INK}" stroke-width="1.5"/>`
    + site(a) + site(b)
    + (ko ? text(at[0] + 32, at[1] - 28, t.dist[0], { size: 43, font: SERIF, weight: 600, fill: ACCENT })
      : text(at[0] + 38, at[1] - 68, t.dist[0], { size: 32, font: SERIF, weight: 500, fill: ACCENT })
        + text(at[0] + 38, at[1] - 18, t.dist[1], { size: 48, font: SERIF, weight: 600, fill: ACCENT }))
    + text(b[0] - 26, b[1] - 14, t.ub, { size: 38, weight: 700, anchor: "end", halo: 12 })
    + text(a[0] + 101, a[1] + 13, t.gg, { size: ko ? 40 : 36, weight: 700, halo: 10 }));
}

// ---- 2. Where Mongolia is (lead, July)
function globe(lang, name) {
  const t = { ko: ["몽골", "울란바토르", "경기도"], en: ["Mongolia", "Ulaanbaatar", "Gyeonggi-do"] }[lang];
  const W = 1200, H = 675, R = 640, cx = 800, cy = 706;
  const proj = geoOrthographic().rotate([-104, -22]).scale(R).translate([cx, cy]).precision(0.2);
  const path = geoPath(proj).digits(1);
  const u = proj(ULAANBAATAR), g = proj(GYEONGGI);
  // islands too small to see would only blacken the rim
  const shores = { ...land, coordinates: land.coordinates.filter((p) =>
    geoArea({ type: "Polygon", coordinates: p }) * KM * KM > 1500) };
  save(name, W, H, `<defs><pattern id="sea" width="8" height="6" patternUnits="userSpaceOnUse">`
    + `<line x1="0" y1="3.5" x2="8" y2="3.5" stroke="${ACCENT}" stroke-width="1" stroke-opacity=".5"/></pattern></defs>`
    + `<circle cx="${cx}" cy="${cy}" r="${R}" fill="url(#sea)"/>`
    + `<path d="${path(shores)}" fill="#fff" stroke="${INK}" stroke-width="1.1"/>`
    + `<path d="${path(MONGOLIA)}" fill="${ACCENT}"/>`
    + `<circle cx="${cx}" cy="${cy}" r="${R}" fill="none" stroke="${INK}" stroke-width="1.8"/>`
    + `<path d="M${r(u[0])},${r(u[1])}V${r(u[1] - 74)}" stroke="#fff" stroke-width="2"/>`
    + `<path d="M${r(u[0])},${r(u[1] - 34)}V${r(u[1] - 74)}" stroke="${INK}" stroke-width="2"/>`
    + `<circle cx="${r(u[0])}" cy="${r(u[1])}" r="8" fill="#fff"/>`
    + text(u[0], u[1] - 90, t[1], { size: 38, weight: 700, anchor: "middle" })
    + `<path d="M${r(g[0])},${r(g[1])}v58" stroke="${INK}" stroke-width="2"/>`
    + `<circle cx="${r(g[0])}" cy="${r(g[1])}" r="9" fill="${ACCENT}" stroke="#fff" stroke-width="3"/>`
    + text(g[0] - 48, g[1] + 98, t[2], { size: 34, weight: 500, halo: 12 })
    + line(60, 70, 300, 70, 'stroke-width="3"')
    + text(56, lang === "ko" ? 180 : 162, t[0], { size: lang === "ko" ? 88 : 68, font: SERIF, weight: 700 }));
}

// ---- 3. Two screens facing each other (August, shared by both languages)
function screens(name) {
  const W = 1200, H = 800;
  // each screen is a trapezium in one-point perspective; [outer x, inner x]
  const L = { xo: 90, xi: 430, to: 70, bo: 570, ti: 150, bi: 490 };
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
  const extras = ["l", "r"].map((s) => {
    const cam = pt(s, 0.5, 0.03), foot = pt(s, 0.5, 1), y = 606;
    return `<circle cx="${r(cam[0])}" cy="${r(cam[1])}" r="4.5" fill="${ACCENT}"/>`
      + [-16, 16].map((d) => line(foot[0] + d, pt(s, 0.5 + (s === "l" ? d : -d) / (L.xi - L.xo), 1)[1], foot[0] + d, y, 'stroke-width="1.8"')).join("")
      + line(foot[0] - 74, y, foot[0] + 74, y, 'stroke-width="2.4"');
  }).join("");
  save(name, W, H, strings
    + ["l", "r"].map((s) => quad(s, 0, `fill="#fff" stroke="${INK}" stroke-width="2.4"`)
      + quad(s, 0.06, `fill="none" stroke="${INK}" stroke-width="1.2"`)).join("") + ruled + extras
    + line(90, 656, 1110, 656, 'stroke-width="1.2"')
    + text(90, 710, "경기도", { size: 38, font: SERIF, weight: 700 })
    + text(90, 756, "Gyeonggi-do", { size: 30 })
    + text(600, 710, "2022. 7. 25.", { size: 34, font: SERIF, weight: 500, fill: ACCENT, anchor: "middle" })
    + text(1110, 710, "몽골 HDC", { size: 38, font: SERIF, weight: 700, anchor: "end" })
    + text(1110, 756, "Mongolian HDC", { size: 30, anchor: "end" }));
}

// ---- 4. and 5. Two plates that stand side by side in columns (August)
// They share a grid: a heavy rule on top, a light one at the foot, three rows between, each with
// its baseline. Shown 270 pixels wide, 56 on this canvas are 12.6: nothing is lettered smaller.
const PLATE = { w: 1200, h: 800, top: 22, foot: 778, left: 30, right: 1170,
  base: (n) => 184 + 252 * n };
const plate = (name, body) => save(name, PLATE.w, PLATE.h,
  line(0, PLATE.top, PLATE.w, PLATE.top, 'stroke-width="12"')
    + line(0, PLATE.foot, PLATE.w, PLATE.foot, 'stroke-width="5"') + body, COLUMN);

// The name of the HDC: the letters over two rows, the words in the third, all as wide as the rule.
// Each is set a little further out, for no glyph fills the whole of its box.
function hdc(lang, name) {
  const { left, right, base } = PLATE, y = 512;
  const [words, size, out, last] = { ko: ["보건개발센터", 142, 3, 20],
    en: ["Health Development Center", 90, 3, 1] }[lang];
  const fill = (o, l) => `textLength="${right - left + o + l}" lengthAdjust="spacing"`;
  plate(name, text(left - 23, base(1), "HDC", { size: 478, font: SERIF, weight: 600, extra: fill(23, 22) })
    + `<line x1="${left}" y1="${y}" x2="${right}" y2="${y}" stroke="${ACCENT}" stroke-width="7"/>`
    + text(left - out, base(2), words, { size, font: SERIF, weight: 600, extra: fill(out, last) }));
}

// From June to the next conference: a station in each row, the way to the last one still dotted.
function timeline(lang, name) {
  const { left, base } = PLATE;
  const { stops, at, big, size } = {
    ko: { stops: [["6월", "연수"], ["7월 25일", "화상회의"], ["다음", "화상회의"]], at: 748, big: 124, size: 118 },
    en: { stops: [["June", "Training"], ["July 25", "Video conference"], ["Next", "Video conference"]], at: 560, big: 102, size: 76 },
  }[lang];
  const x = left + 36, y = (n) => base(n) - 42, rule = `stroke="${ACCENT}" stroke-width="10"`;
  plate(name, `<line x1="${x}" y1="${y(0)}" x2="${x}" y2="${y(1)}" ${rule}/>`
    + `<line x1="${x}" y1="${y(1)}" x2="${x}" y2="${y(2)}" ${rule} stroke-linecap="round" stroke-dasharray="0 25.2"/>`
    + stops.map(([when, what], n) =>
      `<circle cx="${x}" cy="${y(n)}" r="31" fill="${n === 2 ? "#fff" : ACCENT}" ${rule}/>`
        + text(146, base(n), when, { size: big, font: SERIF, weight: 700 })
        + text(at, base(n), what, { size })).join(""));
}

way("ko", "2022-08__01-mongolia-conference__지도".normalize("NFC"));
way("en", "2022-08__01-mongolia-conference__map");
screens("2022-08__02-introductions__screens");
hdc("ko", "2022-08__03-hdc__hdc.ko");
hdc("en", "2022-08__03-hdc__hdc.en");
timeline("ko", "2022-08__04-next-steps__timeline.ko");
timeline("en", "2022-08__04-next-steps__timeline.en");
globe("ko", "2022-07__01-medical-gyeonggi-training__mongolia.ko");
globe("en", "2022-07__01-medical-gyeonggi-training__mongolia.en");
