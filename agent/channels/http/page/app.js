// The conversation page: signs in, sends, follows the conversation's events, and decides proposals.

import { buttons, drawCard, drawProposal, el } from "./cards.js";
import { say, speak } from "./words.js";
import { Wire, WireError } from "./wire.js";

const $ = (id) => document.getElementById(id);
const wire = new Wire(null);
const page = { me: null, cards: new Map(), conversation: null, seq: 0, seen: new Set(), tail: null, uploads: [], busy: 0, open: null, told: null, stuck: true, drawn: new WeakMap() };

const act = {
  async decide(card, decision, more) {
    let made = null;
    try {
      made = await wire.mutate("approvals.decide", { id: card.id, digest: card.digest, decision, ...more });
      shown(made);
    } finally {
      await refreshSide();
    }
    if (!inLog(card.id)) await toldHere(made);
  },
  async withdraw(card) {
    try {
      shown(await wire.mutate("approvals.withdraw", { id: card.id }));
    } finally {
      await refreshSide();
    }
  },
  async again(card) {
    shown(await wire.mutate("approvals.repropose", { id: card.id }), true);
  },
  async undo(card) {
    await guarded(async () => shown(await wire.mutate("approvals.undo", { id: card.id }), true));
  },
  editing(card) {
    return wire.query("approvals.form", { id: card.id });
  },
  // What there is no card left to say on.
  tell(text) {
    place(el("p", { class: "problem", role: "alert" }, text));
  },
  // A button says its words: what follows is judged like anything else that was typed here.
  choose(option) {
    return send(option.label);
  },
  async code(address) {
    const response = await fetch(address, { method: "POST", headers: wire.headers(), credentials: "omit" });
    const answer = await response.json();
    return response.ok ? answer.code : answer.message;
  },
};

async function guarded(work) {
  try {
    await work();
  } catch (error) {
    place(el("p", { class: "problem" }, error instanceof WireError ? error.message : say.broke));
    if (!(error instanceof WireError)) throw error;
  }
}

const UNDER_WAY = new Set(["approved", "executing"]);

function inLog(id) {
  return [...$("log").querySelectorAll("[data-proposal]")].some((node) => node.dataset.proposal === id);
}

// What was decided at the side belongs to another conversation, which tells its outcome: here it is told on the card.
async function toldHere(made) {
  const token = wire.token;
  for (let tries = 0; tries < 40 && UNDER_WAY.has(made.status); tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    made = await wire.query("approvals.get", { id: made.id });
  }
  if (wire.token !== token) return;
  shown(made, true);
  await refreshSide();
}

// A proposal has one card on the page: a newer state replaces the older one where it stands.
function shown(proposal, add = false, turn = null) {
  const card = proposal.card ?? proposal;
  const old = [...$("log").querySelectorAll("[data-proposal]")].find((node) => node.dataset.proposal === card.id);
  const fresh = drawProposal(card, act);
  if (old) old.replaceWith(fresh);
  else if (add) below(turn, fresh);
  for (const node of $("waits").querySelectorAll("[data-proposal]")) if (node.dataset.proposal === card.id) node.replaceWith(drawProposal(card, act));
}

function bubble(role, text) {
  return el("div", { class: `bubble ${role}` }, text.split(/\n{2,}/).map((part) => el("p", {}, part)));
}

// The answer to a message leads: it comes above the cards of its turn, however early they were there.
function below(turn, node) {
  if (turn && !page.cards.get(turn)?.isConnected) page.cards.set(turn, node);
  place(node);
}

function above(turn, node) {
  const first = page.cards.get(turn);
  if (first?.isConnected) first.before(node);
  else $("log").append(node);
  toEnd();
}

function place(node) {
  $("log").append(node);
  toEnd();
}

// What is new comes into view, unless somebody has scrolled up to read.
function toEnd() {
  if (page.stuck) $("log").scrollTop = $("log").scrollHeight;
}

const ON = {
  message(event) {
    if (event.role === "user") {
      place(bubble("user", event.text));
      for (const upload of event.uploads ?? []) place(el("p", { class: "hint mine" }, `${say.attached}: ${upload.filename}`));
      return;
    }
    page.open?.remove();
    page.open = null;
    // The line about a decision and the assistant's words about it are one sentence: the assistant says it.
    if (page.told && event.text.startsWith(page.told.textContent)) page.told.remove();
    above(event.turnId, bubble("assistant", event.text));
    $("heard").textContent = `${say.answered}: ${event.text}`;
  },
  delta(event) {
    if (!page.open) {
      page.open = bubble("assistant", "");
      above(event.turnId, page.open);
    }
    page.open.append(event.text);
  },
  step(event) {
    const old = document.getElementById(`step-${event.id}`);
    const node = el("p", { class: `step ${event.state}`, id: `step-${event.id}` }, event.title || event.tool, event.error ? ` – ${event.error}` : "");
    if (old) old.replaceWith(node);
    else place(node);
  },
  card(event) {
    below(event.turnId, drawCard(event.card, act));
  },
  proposal(event) {
    shown(event.card, true, event.turnId);
    refreshSide();
  },
  decision(event) {
    if (event.card) shown(event.card);
    page.told = el("p", { class: "event" }, event.text);
    place(page.told);
    refreshSide();
  },
  choices(event) {
    place(buttons(event.options, act));
  },
  form() {},
  error(event) {
    place(el("p", { class: "problem" }, event.message));
  },
  done() {
    working(-1);
  },
};

function take(event) {
  if (event.kind !== "delta") {
    if (page.seen.has(event.seq)) return;
    page.seen.add(event.seq);
  }
  page.seq = Math.max(page.seq, event.seq);
  ON[event.kind]?.(event);
}

function working(by) {
  page.busy = Math.max(0, page.busy + by);
  $("stop").hidden = page.busy === 0;
  $("log").classList.toggle("busy", page.busy > 0);
  $("status").textContent = page.busy > 0 ? say.thinking : "";
}

async function send(text) {
  const uploads = page.uploads.splice(0);
  $("files").textContent = "";
  $("tries").replaceChildren();
  page.stuck = true;
  working(1);
  const input = { message: text, clientMessageId: crypto.randomUUID(), ...(page.conversation ? { conversationId: page.conversation } : {}), ...(uploads.length ? { uploads: uploads.map((one) => one.id) } : {}) };
  try {
    for await (const { data } of wire.subscribe("chat.stream", input)) {
      if (data.conversationId && !page.conversation) page.conversation = data.conversationId;
      take(data);
    }
  } catch (error) {
    place(el("p", { class: "problem" }, error.message));
    if (error.code === "UNAUTHORIZED") leave();
  }
  working(-page.busy);
  if (page.conversation) remember();
  follow();
  refreshSide();
}

// What happens without us asking (a decision made elsewhere, a colleague's answer) comes by the tail.
async function follow() {
  if (!page.conversation || page.tail) return;
  page.tail = new AbortController();
  try {
    const from = page.seq ? { lastEventId: String(page.seq) } : {};
    for await (const { data } of wire.subscribe("chat.events", { conversationId: page.conversation }, { signal: page.tail.signal, ...from })) take(data);
  } catch (error) {
    if (error.code === "UNAUTHORIZED") leave();
    else place(el("p", { class: "problem" }, error.message));
  }
}

function remember() {
  sessionStorage.setItem("friday.conversation", page.conversation);
}

// A card that has not changed stays, with its ticks, what was typed into it and what it answered.
function asItWas(card) {
  const state = JSON.stringify(card);
  const old = [...$("waits").querySelectorAll("[data-proposal]")].find((node) => node.dataset.proposal === card.id);
  if (old && page.drawn.get(old) === state) return old;
  const fresh = drawProposal(card, act);
  page.drawn.set(fresh, state);
  return fresh;
}

async function refreshSide() {
  if (!page.me || page.me.role === "visitor") return;
  const token = wire.token; // somebody else may enter while this waits, and must not ask for what is not theirs
  const [waiting, left] = await Promise.all([wire.query("approvals.list", { status: "pending" }), page.me.demo ? wire.query("demo.left").catch(() => null) : null]);
  if (wire.token !== token) return;
  const nodes = waiting.map((proposal) => asItWas(proposal.card));
  for (const lead of await unanswered()) nodes.push(lead);
  if (wire.token !== token) return;
  $("waits").replaceChildren(...(nodes.length ? nodes : [el("p", { class: "hint" }, say.nothing)]));
  if (left) drawLeft(left);
  await drawLearnt();
}

async function unanswered() {
  if (!["owner", "staff"].includes(page.me.role)) return [];
  const waiting = await wire.query("page.waiting");
  return waiting.leads.map((lead) => el("article", { class: "card" }, el("p", { class: "state" }, el("span", { class: "badge" }, say.lead), ` ${lead.since}`), el("h3", {}, lead.name), el("p", {}, lead.message, el("span", { class: "whose third_party" }, say.from.third_party)), el("div", { class: "row" }, el("button", { type: "button", class: "chip", onclick: () => send(lead.ask) }, say.summarise))));
}

// What was taught by pressing a button, for the office to see and to take back.
async function drawLearnt() {
  const office = ["owner", "staff"].includes(page.me.role);
  const learnt = office ? await wire.query("taught.list") : [];
  $("learnt-section").hidden = !learnt.length;
  $("learnt").replaceChildren(
    ...learnt.map((one) => el("article", { class: "card" }, el("h3", {}, `“${one.wording}”`), el("p", {}, one.label), el("p", { class: "hint" }, `${one.by} · ${one.at}`), el("div", { class: "row" }, el("button", { type: "button", class: "chip", onclick: () => unlearn(one) }, say.unlearn)))),
  );
}

function unlearn(one) {
  return guarded(async () => {
    await wire.mutate("taught.revert", { id: one.id });
    await drawLearnt();
  });
}

function drawLeft(left) {
  $("left-section").hidden = false;
  $("left").replaceChildren(
    ...(left.length
      ? left.map((mail) => el("details", { class: "mail" }, el("summary", {}, el("b", {}, mail.subject), el("span", { class: "hint" }, `${mail.to} · ${mail.at}`)), el("p", { class: "body" }, mail.body), mail.events.map((event) => el("div", { class: "ics" }, el("b", {}, event.title), el("span", {}, event.when), el("span", {}, event.where)))))
      : [el("p", { class: "hint" }, say.nobody)]),
  );
}

async function enter(token) {
  page.tail?.abort();
  Object.assign(page, { cards: new Map(), tail: null, conversation: null, seq: 0, seen: new Set(), busy: 0, open: null, told: null, stuck: true });
  wire.token = token;
  sessionStorage.setItem("friday.token", token);
  const me = await wire.query("auth.me");
  if (wire.token !== token) return; // somebody else entered meanwhile
  page.me = me;
  speak(page.me.language);
  $("firm").textContent = page.me.firm;
  $("me").textContent = page.me.demo ? "" : page.me.name;
  $("status").textContent = "";
  $("out").hidden = page.me.demo;
  $("feed").hidden = !["owner", "staff", "crew"].includes(page.me.role);
  $("feed-words").hidden = $("feed-make").hidden = false;
  $("feed-made").hidden = true;
  $("ai").textContent = say.ai;
  $("text").placeholder = say.message;
  for (const [id, word] of [["send", "send"], ["stop", "stop"], ["out", "out"], ["as-label", "as"], ["waits-title", "waits"], ["left-title", "left"], ["left-note", "leftNote"], ["learnt-title", "learnt"], ["learnt-note", "learntNote"], ["feed", "feed"], ["feed-title", "feed"], ["feed-why", "feedWhy"], ["feed-how", "feedHow"], ["feed-secret", "feedSecret"], ["feed-make", "feedMake"], ["feed-copy", "copy"], ["feed-close", "close"], ["skip", "skip"]]) $(id).textContent = say[word];
  $("log").replaceChildren();
  $("learnt-section").hidden = true;
  document.body.dataset.role = page.me.role;
  const kept = sessionStorage.getItem("friday.conversation");
  if (kept && (await wire.query("chat.conversations")).some((one) => one.id === kept)) {
    page.conversation = kept;
    follow();
  } else $("tries").replaceChildren(buttons((await wire.query("page.examples")).map((label) => ({ label, tool: null, args: {} })), act));
  await refreshSide();
  $("text").focus();
}

function leave() {
  sessionStorage.clear();
  location.assign("/sign-in");
}

async function begin() {
  const demo = await wire.query("demo.people").catch(() => null);
  const role = sessionStorage.getItem("friday.as") ?? "owner";
  if (demo?.people.length) {
    const as = $("as");
    as.replaceChildren(...demo.people.map((one) => el("option", { value: one.id, selected: one.id === role }, one.label)));
    as.hidden = $("as-label").hidden = false;
    as.addEventListener("change", async () => {
      page.switched = true;
      sessionStorage.removeItem("friday.conversation");
      sessionStorage.setItem("friday.as", as.value);
      await enter((await wire.mutate("demo.enter", { id: as.value })).token);
    });
  }
  const kept = sessionStorage.getItem("friday.token");
  try {
    if (page.switched) return undefined;
    if (kept) return await enter(kept);
  } catch (error) {
    if (error.code !== "UNAUTHORIZED") throw error;
    sessionStorage.removeItem("friday.token");
  }
  if (!demo?.people.length) return location.assign("/sign-in");
  const { token } = await wire.mutate("demo.enter", { id: role });
  if (!page.switched) await enter(token);
}

$("say").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = $("text").value.trim();
  if (!text && !page.uploads.length) return;
  $("text").value = "";
  grow();
  send(text || page.uploads.map((one) => one.filename).join(", "));
});
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $("say").requestSubmit();
  }
});
$("text").addEventListener("input", grow);
$("log").addEventListener("scroll", () => {
  const log = $("log");
  page.stuck = log.scrollHeight - log.scrollTop - log.clientHeight < 48;
});
$("feed").addEventListener("click", () => $("feed-box").showModal());
$("feed-close").addEventListener("click", () => $("feed-box").close());
$("feed-box").addEventListener("close", () => {
  $("feed-address").value = $("feed-told").textContent = "";
  $("feed-made").hidden = true;
  $("feed-make").hidden = false;
});
$("feed-make").addEventListener("click", async () => {
  try {
    const made = await wire.mutate("calendar.create");
    $("feed-address").value = new URL(made.href, location.origin).href;
    $("feed-made").hidden = false;
    $("feed-make").hidden = true;
    $("feed-address").select();
  } catch (error) {
    $("feed-told").textContent = error.message;
  }
});
$("feed-copy").addEventListener("click", async () => {
  $("feed-address").select();
  const copied = await navigator.clipboard?.writeText($("feed-address").value).then(() => true, () => false);
  $("feed-told").textContent = copied ? say.copied : say.copyBy;
});
$("stop").addEventListener("click", () => page.conversation && wire.mutate("chat.stop", { conversationId: page.conversation }));
$("out").addEventListener("click", async () => {
  await wire.mutate("auth.signOut").catch(() => null);
  leave();
});
$("file").addEventListener("change", async (event) => {
  for (const file of event.target.files) {
    const body = new FormData();
    body.append("file", file);
    const response = await fetch("/uploads", { method: "POST", headers: wire.headers(), body, credentials: "omit" });
    const answer = await response.json();
    if (response.ok) page.uploads.push(answer);
    else place(el("p", { class: "problem" }, answer.message));
  }
  event.target.value = "";
  $("files").textContent = page.uploads.map((one) => one.filename).join(", ");
});

function grow() {
  const text = $("text");
  text.rows = Math.min(8, text.value.split("\n").length);
}

begin().catch((error) => {
  $("ai").textContent = error instanceof WireError ? error.message : say.broke;
  if (!(error instanceof WireError)) throw error;
});
