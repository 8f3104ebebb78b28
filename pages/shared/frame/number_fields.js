// A number field holds the number that was typed, or says why it does not.
//
// The browser leaves out of a number field, without a word, every sign that it has no use for: 0,5 becomes 5, 1/6
// becomes 16 and 12 kg becomes 12. And of what is no number after all, such as 1e400, Streamlit makes the default. So
// all text is read here first: a comma is a decimal point and − is a minus; anything else that is no number is refused
// in a sentence, and in the end the field holds again what it held before. Fields come and go with every run of the
// script, so it is the document that listens.

const SIGNS = /^[\d.eE+-]+$/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const THOUSANDS = /^[+-]?[1-9]\d{0,2}\.\d{3}$/; // perhaps, if the point was a comma
const NOT_ZERO = /^[^e]*[1-9]/i;
const LONGEST = 30; // characters of a text that a sentence repeats

let edit; // since a field was last at rest: the field, what it held, whether a comma was typed, what was refused
let inserted; // a text, and what the browser has taken of it, until that is looked at

export default function () {
  if (document.readsNumbers) return;
  document.readsNumbers = true;
  const listen = (type, act) =>
    document.addEventListener(type, (event) => event.target.matches?.("input[type=number]") && act(event), true);
  listen("pointerover", allowEveryStep);
  listen("focusin", allowEveryStep);
  listen("beforeinput", onText);
  listen("input", (event) => inserted && (inserted.taken = event.data));
  listen("keydown", onKey);
  listen("pointerdown", (event) => mend(event.target));
  listen("focusout", onLeave);
}

function onText(event) {
  const { target: field, data, inputType } = event;
  lookAtInserted();
  if (inputType === "insertLineBreak") return;
  if (inputType === "insertFromDrop") field.select(); // what is dropped takes the place of what is there
  if (edit?.field !== field) edit = { field, before: field.value, mayBeEmpty: mayBeEmpty(field) };
  if (!data) return mend(field); // something is deleted
  const composed = !event.cancelable; // a dead key, say: nothing can be put in its place
  const typed = composed || (inputType === "insertText" && [...data].length === 1);
  event.preventDefault();
  if (typed && edit.refused) return say(field, edit.refused); // the 6 of 1/6
  mend(field);
  const text = composed ? data : data.trim().replace(",", ".").replaceAll("−", "-");
  const fault = typed ? faultOfSigns(field, text) : faultOfPasted(field, data, text);
  if (fault) {
    if (typed) edit.refused = fault; // of what is pasted nothing has been taken
    say(field, fault);
  } else if (!composed) {
    edit.comma ||= data.includes(",");
    insert(field, text);
  }
}

function insert(field, text) {
  inserted = { field, text };
  document.execCommand("insertText", false, text); // at the caret, with an event for React, and Ctrl+Z undoes it
  setTimeout(lookAtInserted); // where a phone's keyboard writes, the event comes after the command
}

function lookAtInserted() {
  if (!inserted) return;
  const { field, text, taken } = inserted;
  inserted = undefined;
  if (taken === text) return;
  if (taken) document.execCommand("undo"); // 0.5 pasted into 1.2 would be 1.205
  edit.refused = [`${quoted(text)} cannot stand here in a number.`, example(field)];
  say(field, edit.refused);
}

function onKey(event) {
  const { target: field, key } = event;
  lookAtInserted();
  if (edit?.field !== field || event.isComposing) return;
  if (["Enter", "ArrowUp", "ArrowDown"].includes(key)) {
    if (settle(field) || key === "Enter") return; // Streamlit finds what it has
    event.preventDefault(); // and takes no step from what was refused
    event.stopPropagation();
  } else if (/^(Backspace|Delete|ArrowLeft|ArrowRight|Home|End)$/.test(key) || isCommand(event)) {
    mend(field); // whoever moves or selects has seen what was refused
  }
}

/** Such as Ctrl+A. */
function isCommand({ ctrlKey, metaKey, key }) {
  return (ctrlKey || metaKey) && key.length === 1;
}

function onLeave(event) {
  const field = event.target;
  lookAtInserted();
  const onlyTheWindow = field === document.activeElement;
  if (edit?.field !== field) field.setCustomValidity("");
  else if (onlyTheWindow && faultOf(field)) event.stopPropagation(); // or Streamlit would take the default
  else settle(field);
}

/** Whether the field holds a number that it can have; otherwise it gets back what it held, and says so. */
function settle(field) {
  const { before } = edit;
  const why = faultOf(field);
  edit = undefined;
  field.setCustomValidity("");
  if (!why) return true;
  assign(field, before);
  const kept = before ? `${trueMinus(before)} was kept.` : "The field was left empty.";
  setTimeout(() => {
    if (!field.isConnected) return;
    field.focus(); // a bubble is shown at the field that has the focus, so whoever has left it is called back once
    field.select();
    say(field, [...why, kept]);
  });
  return false;
}

function mend(field) {
  field.setCustomValidity("");
  if (edit?.field === field) edit.refused = undefined;
}

function say(field, sentences) {
  field.setCustomValidity(sentences.join(" "));
  field.reportValidity();
}

/** As if it had been typed: React looks for what it has not assigned itself. */
function assign(field, value) {
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, value);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// What is wrong, and what to do.

function faultOfSigns(field, text) {
  if (!SIGNS.test(text)) return [`${quoted(text)} is not part of a number.`, example(field)];
}

function faultOfPasted(field, pasted, text) {
  if (!NUMBER.test(text)) return [`${quoted(pasted.trim())} is not a number.`, example(field)];
  if (pasted.includes(",") && THOUSANDS.test(text)) return ambiguous(text);
}

function faultOf(field) {
  if (edit.refused) return edit.refused;
  const { value: text, validity } = field;
  const wanted = `${kind(field)} from ${shown(field.min)} to ${shown(field.max)}`;
  if (validity.badInput) return [`What was typed is not ${wanted}.`];
  if (!text) return edit.mayBeEmpty ? undefined : ["The field is empty.", `Type ${wanted}.`];
  if (edit.comma && THOUSANDS.test(text)) return ambiguous(text);
  if (Number(text) === 0 && NOT_ZERO.test(text)) return [`${quoted(text)} is too near to 0.`, `Type ${wanted}.`];
  const beyond = validity.rangeUnderflow || validity.rangeOverflow;
  const broken = isWhole(field) && !Number.isInteger(Number(text));
  if (beyond || broken) return [`${quoted(text)} is not ${wanted}.`];
}

function ambiguous(text) {
  const readings = [String(Number(text)), text.replace(".", "")].map(trueMinus).join(" or ");
  return [`${quoted(trueMinus(text.replace(".", ",")))} can mean ${readings}.`, "Type it without the comma."];
}

// What a field takes.

/** The settings that are whole numbers count something or are seeds, and no others step by whole numbers from 0 up. */
function isWhole(field) {
  return Number(field.min) >= 0 && [field.min, field.step].map(Number).every(Number.isInteger);
}

/** The step is how far a press of an arrow goes; the browser would call every number between two steps invalid. */
function allowEveryStep({ target: field }) {
  field.step = isWhole(field) ? 1 : "any";
}

/** Streamlit has a button to clear a field if it may be empty; unless it is. */
function mayBeEmpty(field) {
  return !field.value || Boolean(field.closest(".stNumberInput")?.querySelector("[data-testid$=ClearButton]"));
}

function kind(field) {
  return isWhole(field) ? "a whole number" : "a number";
}

function example(field) {
  return isWhole(field) ? "Type a whole number." : "Type a decimal number such as 0.1667.";
}

// How it is written.

function quoted(text) {
  if (!text.trim()) return "A blank";
  return `“${text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text}”`;
}

function shown(bound) {
  return trueMinus(bound.length < 10 ? bound : Number(bound).toExponential().replace("+", ""));
}

function trueMinus(number) {
  return number.replace("-", "−");
}
