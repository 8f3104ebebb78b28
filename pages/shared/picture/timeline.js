// The bar that moves every chart of a page. It writes into the range inputs that Vega makes for the parameters `frame`
// and `shown` of each chart inside the container .st-key-<scope>, so nothing goes through the server and the charts stay
// plain Altair. Called again whenever the data or the theme change; what must survive that lives in root.state.

const LONGEST_PAUSE = 100; // ms: after a longer one between two animation frames (a hidden tab) no update is skipped
const REST = 400; // ms: where the bar has rested for so long, its place is announced

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".timeline");
  root.stop?.();
  const find = (selector) => root.querySelector(selector);
  const last = data.updates.length - 1;
  const state = (root.state ??= { wish: data.opens_at ?? 0, position: 0, playing: false, hidden: false, reached: Infinity });
  const page = document.querySelector(`.st-key-${data.scope}`);
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const listeners = new AbortController();
  let animation = 0;
  let shownFrame = -1;

  // The wish is an update, or Infinity for "the last": another run shows the same update again, a shorter one its end.
  const frameOf = (update) => {
    const frame = data.updates.findIndex((candidate) => candidate >= update);
    return frame < 0 ? last : frame;
  };
  const current = () => Math.floor(state.position);

  function moveTo(position) {
    state.position = Math.max(0, Math.min(last, position));
    state.wish = last && current() >= last ? Infinity : data.updates[current()];
    if (state.hidden) {
      state.reached = Math.max(state.reached, current());
      if (current() >= last) reveal();
    }
    show();
  }

  function reveal() {
    state.hidden = false;
    state.reached = Infinity;
  }

  function hide() {
    state.hidden = true;
    state.reached = 0;
    state.playing = false;
    state.position = 0;
  }

  function put(name, value) {
    for (const input of page.querySelectorAll(`.vega-bindings input[name=${name}]`)) {
      if (+input.value === value) continue;
      input.value = value;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  // A chart takes any frame beyond its last row for the last. A bar that rests on the last update therefore says so once
  // and for all, and a chart whose data change need not be moved as well.
  function putAll() {
    put("frame", current() >= last ? data.frames - 1 : current());
    put("shown", Math.min(state.reached, data.frames - 1));
  }

  function show() {
    const frame = current();
    const covered = state.hidden && state.reached === 0;
    page.dataset.result = !state.hidden ? "shown" : covered ? "hidden" : "appearing";
    if (frame !== shownFrame || !state.playing) {
      shownFrame = frame;
      find(".scrub").value = frame;
      write(frame, covered);
    }
    const action = state.playing ? "Pause" : "Play";
    find(".play").dataset.icon = action.toLowerCase();
    find(".play").setAttribute("aria-label", action);
    find(".play .name").textContent = action;
    find(".hide").textContent = state.hidden ? "Show result" : "Hide result";
    putAll();
    announceAtRest();
  }

  // The update that leaves this frame, or led to the last, in the colours of the chart: new = old - rate x gradient.
  function write(frame, covered) {
    const update = data.updates[frame];
    const total = data.updates[last].toLocaleString("en");
    const place = `${data.unit} ${update.toLocaleString("en")}` + (state.hidden ? "" : ` of ${total}`);
    const skipped = data.updates[Math.min(frame + 1, last)] - data.updates[Math.max(0, Math.min(frame, last - 1))];
    find(".place").textContent = place + (skipped > 1 && !state.hidden ? ` (here 1 in ${skipped} is shown)` : "");
    find(".scrub").setAttribute("aria-valuetext", place);
    find(".number").textContent = update.toLocaleString("en") + (state.hidden ? "" : ` / ${total}`);
    find(".note").textContent = covered ? "The result is hidden until you press play or show." : frame === last ? data.end : "";
    find(".says").textContent = covered ? "" : (data.says[frame] ?? "");
    find(".rules").classList.toggle("several", data.rules.length > 1);
    find(".rules").replaceChildren(...(covered ? [] : data.rules.map((rule) => line(rule, frame))));
  }

  function line(rule, frame) {
    const row = document.createElement("div");
    const part = (text, role) => {
      const span = document.createElement("span");
      span.textContent = text;
      if (role) span.className = role;
      row.append(span);
    };
    const index = (number) => String(number).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]);
    const negative = rule.gradient[frame].startsWith("−");
    const made = frame === last ? data.updates[last] : data.updates[frame] + 1;
    part(rule.indexed ? `${rule.symbol}${index(made)} = ` : `new ${rule.symbol} = `);
    part(rule.old[frame], "old");
    part(" − ");
    part(rule.rate[frame], "rate");
    part(negative ? " × (" : " × ");
    part(rule.gradient[frame], "gradient");
    part(negative ? ") = " : " = ");
    part(rule.new[frame], "new");
    row.className = "rule";
    return row;
  }

  // The one live region of the page: where the bar has come to rest, and the verdict, each when it is another one.
  let resting = 0;
  function announceAtRest() {
    clearTimeout(resting);
    if (!state.playing) resting = setTimeout(() => announce(true), REST);
  }

  function announce(aloud) {
    const rules = [...root.querySelectorAll(".rule")].map((rule) => rule.textContent);
    const step = [find(".place").textContent, ...rules, find(".note").textContent].filter(Boolean).join(". ");
    const verdict = document.querySelector(`.st-key-${data.scope}_verdict`)?.innerText ?? ""; // "" while it is hidden
    const news = [verdict, step].filter((text, i) => text && text !== root.known?.[i]);
    if (aloud && news.length) find(".announced").textContent = news.join(" ");
    root.known = [verdict, step];
  }

  // A prediction: hide the result until the question is answered, then play to the end within a few seconds.
  function follow(gate) {
    if (root.gate === gate) return;
    const was = root.gate;
    root.gate = gate;
    if (gate) hide();
    else if (was) { reveal(); state.position = frameOf(state.wish); }
    if (!gate.startsWith("run")) return;
    if (calm) moveTo(last);
    else {
      find(".speed").value = "auto";
      toggle();
    }
  }

  // Where the bar is so many seconds after it was at a position. `data.pace` has the second of every frame at "auto".
  function later(position, seconds) {
    const speed = find(".speed").value;
    if (speed !== "auto") return position + speed * seconds;
    const at = data.pace;
    let frame = Math.floor(position);
    if (frame >= last) return last;
    const now = at[frame] + (position - frame) * (at[frame + 1] - at[frame]) + seconds;
    while (frame < last && at[frame + 1] <= now) frame += 1;
    return frame < last ? frame + (now - at[frame]) / (at[frame + 1] - at[frame]) : last;
  }

  let before = 0;
  function tick(now) {
    if (!state.playing) return;
    animation = requestAnimationFrame(tick);
    const passed = before ? Math.min(LONGEST_PAUSE, now - before) : 0;
    before = now;
    const position = later(state.position, passed / 1000);
    if (position >= last) state.playing = false;
    moveTo(position);
  }

  function pause() {
    state.playing = false;
    cancelAnimationFrame(animation);
  }

  function toggle() {
    if (state.playing) {
      pause();
      show();
      return;
    }
    state.playing = true;
    before = 0;
    if (current() >= last) state.position = 0;
    moveTo(state.position);
    animation = requestAnimationFrame(tick);
  }

  function step(frames) {
    pause();
    moveTo(current() + frames);
  }

  const on = () => step(current() < last ? 1 : -Infinity);

  const click = (selector, action) => find(selector).addEventListener("click", action, { signal: listeners.signal });
  click(".first", () => step(-Infinity));
  click(".back", () => step(-1));
  click(".play", toggle);
  click(".forward", on);
  click(".last", () => step(Infinity));
  click(".hide", () => {
    if (state.hidden) {
      reveal();
      state.position = frameOf(state.wish);
    } else hide();
    show();
  });
  find(".scrub").addEventListener("input", () => { pause(); moveTo(+find(".scrub").value); }, { signal: listeners.signal });

  const ofTheBar = { " ": toggle, ArrowLeft: () => step(-1), ArrowRight: () => step(1), ArrowDown: () => step(-1),
    ArrowUp: () => step(1), Home: () => step(-Infinity), End: () => step(Infinity) };
  root.addEventListener("keydown", (event) => {
    const pressesAButton = event.key === " " && event.target.matches("button");
    if (!ofTheBar[event.key] || event.target.matches("select") || pressesAButton) return;
    event.preventDefault();
    ofTheBar[event.key]();
  }, { signal: listeners.signal });

  const everywhere = { j: () => step(-1), k: toggle, l: on, h: () => find(".hide").click() };
  document.addEventListener("keydown", (event) => {
    const action = everywhere[event.key.toLowerCase()];
    if (!action || event.ctrlKey || event.metaKey || event.altKey || isTyped(event.composedPath()[0])) return;
    event.preventDefault();
    action();
  }, { signal: listeners.signal });

  function isTyped(target) {
    const typed = "textarea, select, [contenteditable=true], input:not([type=range], [type=checkbox], [type=radio])";
    return target instanceof Element && target.matches(typed);
  }

  // A chart that is drawn later, or anew, is put where the others are; the verdict may be another one.
  const observer = new MutationObserver(() => {
    if (state.playing) return;
    putAll();
    announceAtRest();
  });
  observer.observe(page, { childList: true, characterData: true, subtree: true });

  root.stop = () => {
    pause();
    clearTimeout(resting);
    listeners.abort();
    observer.disconnect();
  };

  // The charts have their colours from the server, which does not notice that the reader has changed the theme.
  const paper = getComputedStyle(root).getPropertyValue("--st-background-color");
  if (root.paper && root.paper !== paper) setTriggerValue("theme", paper);
  root.paper = paper;

  for (const [role, color] of Object.entries(data.colors)) root.style.setProperty(`--${role}`, color);
  if (!root.speedIsSet && calm) find(".speed").value = "1";
  root.speedIsSet = true;
  root.classList.toggle("presents", data.presents);
  find(".scrub").max = last;
  if (state.hidden) hide();
  else state.position = frameOf(state.wish);
  find(".number").style.minWidth = `${2 * data.updates[last].toLocaleString("en").length + 3}ch`;
  follow(data.gate);
  show();
  if (!root.known) announce(false); // that a page has opened is no news
  return () => root.stop();
}
