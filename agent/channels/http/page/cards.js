// Cards as DOM nodes. Every word arrives as text and stays text: nothing here parses HTML.

import { say } from "./words.js";

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return node;
}

function whose(source) {
  const label = say.from[source];
  return label ? el("span", { class: `whose ${source}` }, label) : null;
}

// The only links in a line are samples of ours; whatever anybody wrote stays text.
function linked(line) {
  const ours = line.source === "system" && /^\/samples\/[\w.-]+$/.test(line.value);
  return ours ? el("a", { href: line.value, download: line.value.split("/").pop() }, line.value.split("/").pop()) : line.value;
}

// Where a whole column is somebody else's words, its heading says so once.
function commonSource(rows, place) {
  const sources = new Set(rows.map((row) => row[place]?.source));
  return sources.size === 1 && rows.length > 1 ? [...sources][0] : "system";
}

// A code is on no card: it is fetched when somebody asks to see it, and the server says whether they may.
function coded(line, act) {
  if (line.source !== "system" || !/^\/access\/fact_\w+$/.test(line.value)) return null;
  const shown = el("button", { type: "button", class: "chip", onclick: () => act.code(line.value).then((text) => (shown.textContent = text)) }, say.showCode);
  return shown;
}

function lines(items, act) {
  return el(
    "dl",
    { class: "lines" },
    items.map((line) => [
      el("dt", {}, line.label),
      el(
        "dd",
        {},
        line.before !== null && line.before !== undefined
          ? [el("del", {}, line.before), " → ", el("ins", {}, line.value)]
          : (coded(line, act) ?? linked(line)),
        whose(line.source),
      ),
    ]),
  );
}

const DRAW = {
  facts: (card, act) => [el("h3", {}, card.title), lines(card.lines, act), card.options?.length ? buttons(card.options, act) : null],
  table: (card) => [
    el("h3", {}, card.title, el("span", { class: "count" }, say.rows(card.rows.length, card.total ?? card.rows.length))),
    el(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": card.title },
      el(
        "table",
        {},
        el("thead", {}, el("tr", {}, card.columns.map((name, place) => el("th", { scope: "col" }, name, whose(commonSource(card.rows, place)))))),
        el("tbody", {}, card.rows.map((row) => el("tr", {}, row.map((cell, place) => el("td", { class: cell.text.length > 32 ? "long" : null }, cell.text, commonSource(card.rows, place) === cell.source ? null : whose(cell.source)))))),
      ),
    ),
  ],
  timeline: (card) => [
    el("h3", {}, card.title),
    el(
      "ol",
      { class: "timeline" },
      card.moments.map((moment) =>
        el("li", {}, el("time", {}, moment.at), el("strong", {}, moment.title), moment.text ? el("p", {}, moment.text, whose(moment.source)) : null),
      ),
    ),
  ],
  chart: (card) => {
    const most = Math.max(1, ...card.points.map((point) => point.value));
    return [
      el("h3", {}, card.title),
      el("ul", { class: "chart" }, card.points.map((point) => el("li", {}, el("span", {}, point.label), el("meter", { min: 0, max: most, value: point.value }), el("b", {}, point.shown)))),
    ];
  },
  file: (card) => [el("h3", {}, card.title), el("a", { href: card.href, download: card.filename }, card.filename)],
  form: (card) => [el("h3", {}, card.title), el("ul", { class: "ask" }, card.fields.map((field) => el("li", {}, field.label, field.hint ? ` (${field.hint})` : "")))],
};

export function drawCard(card, act) {
  if (card.kind === "proposal") return drawProposal(card, act);
  if (card.kind === "choices") return el("div", { class: "card" }, el("h3", {}, card.title), buttons(card.options, act));
  const draw = DRAW[card.kind];
  return el("article", { class: `card ${card.kind}` }, ...(draw ? draw(card, act) : [el("p", {}, card.title ?? card.kind)]));
}

export function buttons(options, act) {
  return el("div", { class: "row" }, options.map((option) => el("button", { type: "button", class: "chip", onclick: () => act.choose(option) }, option.label)));
}

export function drawProposal(card, act) {
  const root = el("article", { class: `card proposal ${card.status}`, "data-proposal": card.id });
  const preview = card.preview;
  root.append(
    el("p", { class: "state" }, el("span", { class: "badge" }, say.status[card.status] ?? card.status), card.status === "pending" && card.expiresShown ? ` ${say.expires} ${card.expiresShown}` : ""),
    el("h3", {}, preview.title),
    lines(preview.lines),
  );
  if (preview.recipients.length) root.append(el("p", { class: "to" }, "→ ", preview.recipients.join(", ")));
  for (const warning of preview.warnings) root.append(el("p", { class: "warning" }, warning));
  for (const moved of card.moved) root.append(el("p", { class: "warning" }, `${moved.label}: `, el("del", {}, moved.before ?? ""), " → ", el("ins", {}, moved.value)));
  if (card.problem) root.append(el("p", { class: "problem" }, card.problem));
  if (card.status === "pending") root.append(...decision(card, act));
  else if (card.options.length) root.append(buttons(card.options, act));
  else if (["stale", "expired", "failed", "cancelled"].includes(card.status)) root.append(el("div", { class: "row" }, el("button", { type: "button", class: "chip", onclick: () => act.again(card) }, say.again)));
  else if (card.status === "done" && card.effect !== "irreversible") root.append(el("div", { class: "row" }, el("button", { type: "button", class: "chip", onclick: () => act.undo(card) }, say.undo)));
  return root;
}

function decision(card, act) {
  const reds = card.red.map((red) => {
    const box = el("input", { type: "checkbox", value: red.pointer });
    return { box, node: el("div", { class: "red" }, el("p", {}, el("strong", {}, say.red), `: ${red.label} = “${red.value}”`), red.excerpt ? el("blockquote", {}, red.excerpt) : null, el("label", { class: "tick" }, box, say.confirm)) };
  });
  const typed = card.typed ? el("input", { type: "text", class: "typed", "aria-label": `${say.type} ${card.typed}` }) : null;
  const problem = el("p", { class: "problem", role: "alert" });
  const guard = async (work) => {
    problem.textContent = "";
    try {
      await work();
    } catch (error) {
      const text = [error.message, ...Object.values(error.fields ?? {}).filter((each) => !error.message.includes(each))].join(" ");
      if (problem.isConnected) problem.textContent = text;
      else act.tell(text);
    }
  };
  const yes = () => guard(() => act.decide(card, "approve", { confirmed: reds.filter((red) => red.box.checked).map((red) => red.box.value), ...(typed ? { typed: typed.value } : {}) }));
  const more = el("div", {});
  return [
    ...reds.map((red) => red.node),
    typed && card.decidable ? el("label", { class: "typing" }, `${say.type} `, el("b", {}, card.typed), typed) : "",
    card.decides ? el("p", { class: "hint" }, card.decides) : "",
    el(
      "div",
      { class: "row" },
      card.decidable ? el("button", { type: "button", class: "yes", onclick: yes }, say.approve) : null,
      card.decidable || card.own ? el("button", { type: "button", class: "quiet", onclick: () => guard(() => editor(card, act, more, guard)) }, say.edit) : null,
      card.decidable ? el("button", { type: "button", class: "quiet", onclick: () => denial(card, act, more, guard) }, say.deny) : null,
      card.own && !card.decidable ? el("button", { type: "button", class: "quiet", onclick: () => guard(() => act.withdraw(card)) }, say.withdraw) : null,
    ),
    more,
    problem,
  ];
}

function denial(card, act, place, guard) {
  const reason = el("input", { type: "text", "aria-label": say.why, placeholder: say.why });
  place.replaceChildren(
    el("form", { class: "inline", onsubmit: (event) => { event.preventDefault(); guard(() => act.decide(card, "deny", reason.value ? { reason: reason.value } : {})); } }, reason, el("button", { type: "submit" }, say.confirmDeny), el("button", { type: "button", class: "quiet", onclick: () => place.replaceChildren() }, say.cancel)),
  );
  reason.focus();
}

async function editor(card, act, place, guard) {
  const form = await act.editing(card);
  const inputs = form.fields.map((field) => ({ field, input: inputOf(field) }));
  // Only what was touched is sent: the rest keeps its stored value, its origin and its chosen defaults.
  const changed = () =>
    Object.fromEntries(
      inputs
        .map(({ field, input }) => [field.name, input.value.trim(), field.value.trim()])
        .filter(([, now, before]) => now !== before)
        .map(([name, now]) => [name, now || null]),
    );
  const nodes = inputs.map(({ field, input }) => el("label", { class: "field" }, field.label, input, field.hint ? el("small", {}, field.hint) : null));
  place.replaceChildren(
    el("form", { class: "edit", onsubmit: (event) => { event.preventDefault(); guard(() => act.decide(card, "edit", { args: changed() })); } }, nodes, el("div", { class: "row" }, el("button", { type: "submit" }, say.save), el("button", { type: "button", class: "quiet", onclick: () => place.replaceChildren() }, say.cancel))),
  );
  inputs[0]?.input.focus();
}

function inputOf(field) {
  if (!field.options.length) return el("input", { type: "text", name: field.name, value: field.value });
  const options = field.value ? field.options : [{ value: "", label: "–" }, ...field.options];
  return el("select", { name: field.name }, options.map((one) => el("option", { value: one.value, selected: one.value === field.value }, one.label)));
}
