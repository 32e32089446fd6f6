// Candles with trades, levels, rolls and the volume at each price: drawn anew for each view.
class Candles {
  constructor(place, payload) { this.place = place; this.payload = payload; }

  async load() {
    const { bars, trades, levels } = this.payload;
    [this.bars, this.trades, this.levels] = [await unpacked(bars), await unpacked(trades), await unpacked(levels)];
    // Without prices the times of the trades are all there is to lay out.
    this.t = this.bars.t.length ? this.bars.t
      : Float64Array.from(new Set([...this.trades.open, ...this.trades.close].map((s) => Math.floor(s / 60)))).sort();
    const seconds = (column) => Float64Array.from(column, (s) => this.position(s / 60));
    this.x0 = seconds(this.trades.open);
    this.x1 = seconds(this.trades.close);
    this.range = [-1, Math.max(1, this.t.length)];
  }

  // Bars stand side by side: nights and weekends take no room.
  position(minute) {
    const at = Math.max(0, after(this.t, minute) - 1);
    return at + Math.min(0.99, Math.max(0, minute - this.t[at]));
  }

  text(at, closing) {
    const t = this.trades, w = t.words;
    const seconds = (s) => `${dayText(s / 60, true)} ${clock(s / 60)}:${two(s % 60)}`;
    const side = t.side[at] > 0 ? "Long" : "Short";
    const r = t.r[at] === -99999 ? "" : ` (${t.r[at] < 0 ? MINUS : "+"}${(Math.abs(t.r[at]) / 100).toFixed(2)} R)`;
    const level = (name, value) => (value < 0 ? "" : `${name} ${price(value)}  `);
    return [
      `<b>${closing ? "Exit" : "Entry"} · decision ${t.decision[at]}</b>`,
      `${side} ${t.lots[at]} ${plain(w.contract[at])}  <b>${money(t.net[at])}</b>${r}`,
      `in  ${price(t.entry[at])}  ${seconds(t.open[at])}`,
      `out ${price(t.leave[at])}  ${seconds(t.close[at])}  ${plain(w.exit[at])}`,
      `${level("stop", t.stop[at])}${level("target", t.target[at])}`,
      w.why[at] ? wrapped(w.why[at]) : "",
      plain(this.command(at)),
    ].filter(Boolean).join("<br>");
  }

  command(at) { return this.payload.explain.replace("{}", this.trades.decision[at]); }

  grouped(from, to, size) {
    const { t, o, h, l, c } = this.bars;
    const found = { x: [], open: [], high: [], low: [], close: [], text: [] };
    for (let at = Math.floor(from / size) * size; at < to; at += size) {
      const end = Math.min(at + size, t.length);
      if (at < 0 || at >= t.length) continue;
      let high = h[at], low = l[at];
      for (let one = at + 1; one < end; one++) { if (h[one] > high) high = h[one]; if (l[one] < low) low = l[one]; }
      found.x.push((at + end) / 2);
      found.open.push(o[at] / 4); found.high.push(high / 4); found.low.push(low / 4); found.close.push(c[end - 1] / 4);
      found.text.push(`${dayText(t[at], true)} ${clock(t[at])}${end - at > 1 ? ` – ${clock(t[end - 1] + 1)}` : ""}`);
    }
    return found;
  }

  // The trades of a view: all of them, or the largest results of equal stretches.
  chosen(from, to, most) {
    const inside = [];
    for (let at = 0; at < this.x0.length; at++) if (this.x1[at] >= from && this.x0[at] <= to) inside.push(at);
    if (inside.length <= most) return inside;
    const step = Math.ceil(inside.length / most), found = [];
    for (let at = 0; at < inside.length; at += step) {
      const some = inside.slice(at, at + step);
      found.push(some.reduce((best, one) => (Math.abs(this.trades.net[one]) > Math.abs(this.trades.net[best]) ? one : best)));
    }
    return found;
  }

  traces() {
    const [from, to] = this.range;
    const width = this.place.clientWidth || 900;
    const size = Math.max(1, Math.ceil((to - from) / (width / (narrow() ? 3.2 : 4))));
    const shown = this.chosen(from, to, narrow() ? 150 : 400), close = shown.length <= 60;
    const t = this.trades, traces = [];
    if (this.bars.t.length) {
      const line = (name) => ({ line: { color: colour(name), width: 1 }, fillcolor: colour(name) });
      traces.push({ type: "candlestick", name: "price", ...this.grouped(from, to, size), increasing: line("--up"),
        decreasing: line("--down"), hoverinfo: "text+y", showlegend: false, whiskerwidth: 0 });
    }
    traces.push(...this.profile(from, to), ...this.levelTraces(from, to));
    const segment = (name, colourName, dash, pick, wide) => {
      const x = [], y = [];
      for (const at of shown) {
        const points = pick(at);
        if (points) { x.push(points[0], points[1], null); y.push(points[2], points[3], null); }
      }
      return { type: "scatter", mode: "lines", name, x, y, line: { color: colour(colourName), dash, width: wide }, hoverinfo: "skip", showlegend: x.length > 0 };
    };
    if (close) {
      const flat = (column) => (at) => (t[column][at] < 0 ? null : [this.x0[at], Math.max(this.x1[at], this.x0[at] + 1), t[column][at] / 100, t[column][at] / 100]);
      traces.push(segment("stop", "--stop", "dot", flat("stop"), 1.3), segment("target", "--target", "dot", flat("target"), 1.3));
    }
    for (const won of [true, false]) {
      traces.push({ ...segment(won ? "won" : "lost", won ? "--win" : "--loss", won ? "solid" : "dash",
        (at) => (t.net[at] > 0 === won ? [this.x0[at], this.x1[at], t.entry[at] / 100, t.leave[at] / 100] : null), 1.6) });
    }
    const marks = (name, at, x, column, symbol, closing) => ({
      type: "scatter", mode: "markers", name, x: at.map((one) => x[one]), y: at.map((one) => t[column][one] / 100),
      text: at.map((one) => this.text(one, closing)), customdata: at, hovertemplate: "%{text}<extra></extra>",
      marker: { symbol, size: closing ? 7 : 10, color: at.map((one) => colour(t.net[one] > 0 ? "--win" : "--loss")),
        line: { width: 1, color: colour("--bg") } },
      showlegend: at.length > 0,
    });
    traces.push(marks("long", shown.filter((one) => t.side[one] > 0), this.x0, "entry", "triangle-up", false));
    traces.push(marks("short", shown.filter((one) => t.side[one] <= 0), this.x0, "entry", "triangle-down", false));
    traces.push(marks("exit", shown, this.x1, "leave", "circle", true));
    return traces;
  }

  // The price axis follows candles and trades; levels far away are left out of sight.
  span(traces) {
    let low = Infinity, high = -Infinity;
    for (const one of traces) for (const y of one.low ? [...one.low, ...one.high] : one.mode === "markers" ? one.y : []) {
      if (y < low) low = y;
      if (y > high) high = y;
    }
    const room = Math.max(1, (high - low) * 0.06);
    return low <= high ? [low - room, high + room] : [0, 1];
  }

  levelTraces(from, to) {
    const l = this.levels, x = [], y = [], text = [];
    if (!l.price.length || !this.bars.t.length) return [];
    if (to - from > 8 * 1380) return [];
    for (let at = 0; at < l.price.length; at++) {
      const x0 = this.position(l.from[at]), x1 = this.position(l.to[at]);
      if (x1 <= from || x0 >= to || x1 - x0 < 1) continue;
      for (const place of [x0, (x0 + x1) / 2, x1]) { x.push(place); y.push(l.price[at] / 100); text.push(`${plain(l.names[at])} ${price(l.price[at])}`); }
      x.push(null); y.push(null); text.push("");
    }
    return [{ type: "scatter", mode: "lines", name: "levels", x, y, text, hovertemplate: "%{text}<extra></extra>",
      line: { color: colour("--level"), width: 1 }, opacity: 0.65, showlegend: x.length > 0 }];
  }

  // The volume of the view at each price; a bar's volume is taken to lie evenly between its low and its high.
  profile(from, to) {
    const { h, l, v } = this.bars, first = Math.max(0, Math.ceil(from)), last = Math.min(this.t.length, Math.ceil(to));
    let low = Infinity, high = -Infinity, all = 0;
    for (let at = first; at < last; at++) { all += v[at]; if (l[at] < low) low = l[at]; if (h[at] > high) high = h[at]; }
    if (!(all > 0)) return [];
    const rows = Math.max(1, Math.ceil((high - low + 1) / 60)), lots = new Array(Math.floor((high - low) / rows) + 1).fill(0);
    for (let at = first; at < last; at++) {
      const each = v[at] / (h[at] - l[at] + 1), a = Math.floor((l[at] - low) / rows), b = Math.floor((h[at] - low) / rows);
      for (let row = a; row <= b; row++) {
        lots[row] += each * (Math.min(h[at], low + (row + 1) * rows - 1) - Math.max(l[at], low + row * rows) + 1);
      }
    }
    const most = Math.max(...lots), quarter = (ticks) => price(ticks * 25);
    this.widest = most;
    return [{ type: "bar", orientation: "h", name: "volume", xaxis: "x2", x: lots, y: lots.map((_, row) => (low + row * rows + (rows - 1) / 2) / 4),
      width: rows / 4, marker: { color: colour("--level") }, opacity: 0.22,
      text: lots.map((one, row) => `${quarter(low + row * rows)}${rows > 1 ? ` – ${quarter(low + (row + 1) * rows - 1)}` : ""}<br>`
        + `${Math.round(one).toLocaleString("en-US")} contracts in view${one === most ? "<br>most of all (POC)" : ""}`),
      textposition: "none", hovertemplate: "%{text}<extra></extra>", showlegend: true }];
  }

  ticks() {
    const [from, to] = this.range, count = narrow() ? 4 : 9, values = [], texts = [];
    const t = this.t, first = Math.max(0, Math.ceil(from)), last = Math.min(t.length - 1, Math.floor(to));
    if (last < first) return { tickvals: [], ticktext: [] };
    const days = (t[last] - t[first]) / 1440;
    // Trading days begin at 18:00: in views of some days the ticks stand at 9:30 or at midnight's date.
    const steps = [1, 2, 5, 10, 15, 30, 60, 120, 240, 480];
    const step = steps.find((one) => (last - first) / one <= count);
    if (step && days < 3) {
      for (let at = first; at <= last; at++) {
        if (t[at] % step) continue;
        const begins = !values.length || dayText(t[at]) !== dayText(t[values.at(-1)]);
        values.push(at); texts.push(clock(t[at]) + (begins ? `<br>${dayText(t[at])}` : ""));
      }
    } else {
      const starts = first === 0 ? [0] : [];
      for (let at = Math.max(1, first); at <= last; at++) {
        if (Math.floor((t[at] + 360) / 1440) !== Math.floor((t[at - 1] + 360) / 1440)) starts.push(at);
      }
      const each = Math.max(1, Math.ceil(starts.length / count));
      for (let at = 0; at < starts.length; at += each) {
        values.push(starts[at]);
        texts.push(dayText(t[starts[at]] + 360, days > 200));
      }
    }
    return { tickvals: values, ticktext: texts };
  }

  layout(traces) {
    const [from, to] = this.range;
    const rolls = this.payload.rolls.map(([minute, text]) => [this.position(minute), text]).filter(([x]) => x > from && x < to);
    return styled({
      xaxis: { ...this.ticks(), tickmode: "array", range: [...this.range], rangeslider: { visible: false }, title: { text: "New York time" } },
      yaxis: { title: { text: "Price (points)" }, tickformat: ",.2~f", range: this.span(traces), fixedrange: true, nticks: 8 },
      xaxis2: { overlaying: "x", range: [0, 5 * (this.widest || 1)], visible: false, fixedrange: true },
      showlegend: true, hovermode: "closest", hoverdistance: 12, bargap: 0, legend: { ...LEGEND(), uirevision: "same" },
      shapes: rolls.map(([x]) => ({ type: "line", x0: x, x1: x, yref: "paper", y0: 0, y1: 1, line: { color: colour("--muted"), width: 1, dash: "dash" } })),
      annotations: rolls.map(([x, text]) => ({ x, yref: "paper", y: 1, text, showarrow: false, xanchor: "left", yanchor: "top", font: { size: 11 } })),
    });
  }

  async draw() {
    if (!this.t) await this.load();
    const traces = this.traces();
    await Plotly.react(this.place, traces, this.layout(traces), CONFIG);
    if (!this.listening) {
      this.listening = true;
      this.place.on("plotly_relayout", (change) => this.zoomed(change));
      this.place.on("plotly_click", (event) => this.picked(event.points[0]));
      for (const button of this.place.parentElement.querySelectorAll("button[data-do]")) {
        button.addEventListener("click", () => this.does(button.dataset.do));
      }
    }
  }

  zoomed(change) {
    const all = [-1, this.t.length];
    if (change["xaxis.autorange"]) this.range = all;
    else if ("xaxis.range[0]" in change) {
      this.range = [Math.max(all[0], change["xaxis.range[0]"]), Math.min(all[1], change["xaxis.range[1]"])];
      if (this.range[1] - this.range[0] < 10) this.range[1] = this.range[0] + 10;
    } else return;
    this.draw();
  }

  // What the buttons do, so that neither a mouse nor room to drag is needed.
  does(what) {
    const [from, to] = this.range, size = to - from, middle = (from + to) / 2;
    if (what === "all") this.view(-1, this.t.length);
    else if (what === "in") this.view(middle - size / 4, middle + size / 4);
    else if (what === "out") this.view(middle - size, middle + size);
    else if (what === "earlier") this.view(from - size / 2, to - size / 2);
    else if (what === "later") this.view(from + size / 2, to + size / 2);
    else if (this.x0.length) {
      const step = what === "next" ? 1 : -1, count = this.x0.length;
      const order = this.order ||= [...this.x0.keys()].sort((a, b) => this.x0[a] - this.x0[b]);
      this.at = this.at === undefined ? (step > 0 ? 0 : count - 1) : (this.at + step + count) % count;
      const one = order[this.at];
      this.view(this.x0[one] - 60, Math.max(this.x1[one], this.x0[one]) + 60);
      this.picked({ customdata: one });
    }
  }

  // Shows from one place to another, moved back inside where they lie beyond the ends.
  view(from, to) {
    const size = Math.min(Math.max(10, to - from), this.t.length + 1);
    const start = Math.min(Math.max(-1, from), this.t.length - size);
    this.range = [start, start + size];
    return this.draw();
  }

  picked(point) {
    if (typeof point.customdata !== "number") return;
    const box = this.place.parentElement.querySelector(".picked");
    box.innerHTML = this.text(point.customdata, false).split("<br>").slice(0, -1).join(" · ");
    const code = document.createElement("code");
    code.textContent = this.command(point.customdata);
    box.append(document.createElement("br"), code);
    box.hidden = false;
  }
}
