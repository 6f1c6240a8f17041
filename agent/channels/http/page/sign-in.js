// Sign-in: a link is only used when its button is pressed; without one, a link is asked for.

import { say, speak } from "./words.js";
import { Wire } from "./wire.js";

const $ = (id) => document.getElementById(id);
const wire = new Wire(null);
const token = location.hash.slice(1);
speak(navigator.language.startsWith("da") ? "da" : "en");
$("email-label").textContent = say.mail;
$("mail").textContent = say.link;

function ask(message) {
  $("hello").textContent = message;
  $("use").hidden = true;
  $("ask").hidden = false;
  $("email").focus();
}

$("use").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const given = await wire.mutate("auth.redeem", { token });
    sessionStorage.clear();
    sessionStorage.setItem("friday.token", given.token);
    location.replace("/");
  } catch (error) {
    ask(error.message);
  }
});
$("ask").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    await wire.mutate("auth.requestLink", { email: $("email").value });
    $("hello").textContent = say.sent;
  } catch (error) {
    $("hello").textContent = error.message;
  }
});

if (token) {
  // The address bar and the history forget the link at once.
  history.replaceState(null, "", "/sign-in");
  try {
    const whom = await wire.mutate("auth.peek", { token });
    $("hello").textContent = `${whom.firm} · ${whom.email}`;
    $("press").textContent = `${say.press} ${whom.name}`;
    $("use").hidden = false;
    $("press").focus();
  } catch (error) {
    ask(error.message);
  }
} else ask("");
