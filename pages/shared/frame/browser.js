// What Streamlit leaves to be done in the browser: for its history, its address, and when a connection was lost.
//
// It adds a page to the history for every setting that the script gives another value, so one scene would be as many
// steps of the Back button as it has settings: what is added in one breath becomes one step. And it forgets to write a
// setting into the address that has its value before it is first drawn: what is missing there is added. And when a server
// is lost and another takes the reader over, nothing runs there, so the first press of a button would find nobody who
// knows what it does: the page is run again at once, with the settings that the browser has.

const BREATH = 700; // ms

let connection;

export default function ({ data, setTriggerValue }) {
  oneStepABreath();
  const address = new URL(location);
  const missing = Object.entries(data.settings).filter(([name]) => !address.searchParams.has(name));
  missing.forEach(([name, value]) => address.searchParams.set(name, value));
  if (missing.length) history.replaceState(history.state, "", address);
  connection?.disconnect();
  connection = onReturn(() => setTriggerValue("return", true));
  return () => connection.disconnect();
}

function onReturn(act) {
  const app = document.querySelector(".stApp");
  let lost = false;
  const observer = new MutationObserver(() => {
    const connected = app.dataset.testConnectionState === "CONNECTED";
    if (connected && lost) act();
    lost = !connected;
  });
  observer.observe(app, { attributeFilter: ["data-test-connection-state"] });
  return observer;
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
