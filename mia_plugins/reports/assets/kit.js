// What every chart of the page needs: colours, looks, unpacking, words.
const charts = JSON.parse(document.getElementById("charts").textContent);
const narrow = () => window.innerWidth < 700;
const CONFIG = { displaylogo: false, responsive: true, displayModeBar: false };
const MINUS = "\u2212";

// Colours are named in the data and looked up here, so that charts follow light and dark.
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const painted = (value) => {
  if (typeof value === "string") return value.replace(/var\((--[\w-]+)\)/g, (_, name) => colour(name));
  if (Array.isArray(value)) return value.map(painted);
  if (value && typeof value === "object" && !ArrayBuffer.isView(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, key === "bdata" ? one : painted(one)]));
  }
  return value;
};

const LEGEND = () => ({ orientation: "h", x: 0, y: 1.02, yanchor: "bottom", font: { size: 12, color: colour("--text") } });
const styled = (layout) => {
  const look = painted(layout);
  const font = { family: getComputedStyle(document.body).fontFamily, size: narrow() ? 11 : 12, color: colour("--muted") };
  const whole = {
    font, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", separators: ".,",
    margin: { l: narrow() ? 52 : 68, r: 14, t: 12, b: 46 }, dragmode: narrow() ? false : "zoom",
    hoverlabel: { bgcolor: colour("--panel"), bordercolor: colour("--line"), align: "left",
      font: { family: font.family, size: 12, color: colour("--text") } },
    legend: LEGEND(),
    ...look,
  };
  for (const key of new Set(["xaxis", "yaxis", ...Object.keys(look).filter((one) => /^[xy]axis\d*$/.test(one))])) {
    const axis = whole[key] || {};
    whole[key] = {
      automargin: true, gridcolor: colour("--grid"), zerolinecolor: colour("--line"), linecolor: colour("--line"), zerolinewidth: 1,
      showgrid: key.startsWith("y"), nticks: narrow() ? 5 : undefined, ...axis,
      title: { standoff: 8, font: { size: 12, color: colour("--muted") }, ...(axis.title || {}) },
    };
  }
  if (look.showlegend) whole.margin = { ...whole.margin, t: 34 };
  return whole;
};

const bytes = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
const inflated = async (text) => {
  const stream = new Blob([bytes(text)]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
};
const TYPES = { i1: Int8Array, i2: Int16Array, i4: Int32Array, f8: Float64Array };
const numbers = async (packed) => {
  const steps = new TYPES[packed.type](await inflated(packed.z));
  const found = new Float64Array(steps.length);
  for (let at = 0, sum = 0; at < steps.length; at++) found[at] = sum += steps[at];
  return found;
};
const words = async (packed) => JSON.parse(new TextDecoder().decode(await inflated(packed.z)));
const unpacked = async (columns) => {
  const found = {};
  for (const [name, one] of Object.entries(columns)) found[name] = one.type ? await numbers(one) : await words(one);
  return found;
};
const after = (sorted, value) => {
  let low = 0, high = sorted.length;
  while (low < high) { const middle = (low + high) >> 1; if (sorted[middle] <= value) low = middle + 1; else high = middle; }
  return low;
};

const two = (value) => String(value).padStart(2, "0");
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const dayText = (minutes, year) => {
  const at = new Date(minutes * 60000);
  return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]}${year ? ` ${at.getUTCFullYear()}` : ""}`;
};
const clock = (minutes) => { const at = new Date(minutes * 60000); return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`; };
const price = (hundredths) => (hundredths / 100).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const money = (cents) => `${cents < 0 ? MINUS : "+"}$${price(Math.abs(cents))}`;
const plain = (text) => String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;");
const wrapped = (text, width = 64) => {
  const lines = [""];
  for (const word of text.split(" ")) {
    if (lines.at(-1).length + word.length > width) lines.push("");
    lines[lines.length - 1] += (lines.at(-1) ? " " : "") + word;
  }
  return lines.map(plain).join("<br>");
};
