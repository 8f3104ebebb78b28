// What Streamlit leaves to be done in the browser's history and address.
//
// It adds a page to the history for every setting that the script gives another value, so one scene would be as many
// steps of the Back button as it has settings: what is added in one breath becomes one step. And it forgets to write a
// setting into the address that has its value before it is first drawn: what is missing there is added.

const BREATH = 700; // ms

export default function ({ data }) {
  oneStepABreath();
  const address = new URL(location);
  const missing = Object.entries(data.settings).filter(([name]) => !address.searchParams.has(name));
  missing.forEach(([name, value]) => address.searchParams.set(name, value));
  if (missing.length) history.replaceState(history.state, "", address);
}

function oneStepABreath() {
  if (history.inOneBreath) return;
  history.inOneBreath = true;
  const push = history.pushState.bind(history);
  let last = -Infinity;
  history.pushState = (...page) => {
    const now = performance.now();
    (now - last < BREATH ? history.replaceState.bind(history) : push)(...page);
    last = now;
  };
}
