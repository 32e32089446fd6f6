// The page: charts are drawn when they come into sight.
const drawn = new Map();
const draw = async (place) => {
  const chart = charts[place.dataset.chart];
  if (!drawn.has(place)) drawn.set(place, chart.candles ? new Candles(place, chart.candles) : null);
  const candles = drawn.get(place);
  if (candles) await candles.draw();
  else await Plotly.react(place, chart.data.map(painted), styled(chart.layout), CONFIG);
  place.dataset.drawn = "yes";
};
const places = [...document.querySelectorAll(".plot")].filter((place) => place.dataset.chart in charts);
const drawAll = () => Promise.all(places.map(draw));

// #only=NAME shows one chart and nothing else, for a picture; #all draws at once what is out of sight.
const only = /^#only=([^&]+)(?:&height=(\d+))?$/.exec(location.hash);
if (only) {
  const place = document.getElementById(`chart-${decodeURIComponent(only[1])}`);
  document.body.classList.add("only");
  if (place) {
    place.closest("section").classList.add("shown");
    place.closest("figure").classList.add("shown");
    place.closest("figure").classList.remove("half");
    place.style.height = `${(Number(only[2]) || window.innerHeight) - 70}px`;
    draw(place);
  }
} else if (location.hash === "#all") drawAll();
else {
  const watch = new IntersectionObserver((seen) => {
    for (const one of seen) if (one.isIntersecting) { watch.unobserve(one.target); draw(one.target); }
  }, { rootMargin: "300px" });
  places.forEach((place) => watch.observe(place));
}
const again = () => [...drawn.keys()].forEach(draw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
window.addEventListener("beforeprint", drawAll);
window.miaReport = { drawAll, candles: (name) => drawn.get(document.getElementById(`chart-${name}`)) };
