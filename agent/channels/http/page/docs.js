// The API's document as a readable page.

import { el } from "./cards.js";

const whole = await (await fetch("/openapi.json")).json();

function follow(schema) {
  const name = schema?.$ref?.split("/").pop();
  return name ? { name, schema: whole.components.schemas[name] } : { name: null, schema };
}

function words(given) {
  const { name, schema } = follow(given);
  if (name) return name;
  if (!schema) return "";
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const several = schema.anyOf ?? schema.oneOf;
  if (several) return several.map(words).join(" | ");
  if (schema.type === "array") return `${words(schema.items)}[]`;
  if (schema.type === "object" && !schema.properties) return "object";
  return [schema.type, schema.format].filter(Boolean).join(", ");
}

function fields(given) {
  const { schema } = follow(given);
  const properties = schema?.properties;
  if (!properties) return el("p", {}, el("code", {}, words(given) || "nothing"));
  const needed = new Set(schema.required ?? []);
  return el(
    "dl",
    { class: "lines" },
    Object.entries(properties).map(([name, property]) => [
      el("dt", {}, el("code", {}, needed.has(name) ? name : `${name}?`)),
      el("dd", {}, words(property), property.description ? ` – ${property.description}` : ""),
    ]),
  );
}

function json(content) {
  return content && (content["application/json"] ?? Object.values(content)[0])?.schema;
}

const nodes = [];
for (const [path, methods] of Object.entries(whole.paths)) {
  for (const [method, operation] of Object.entries(methods)) {
    const input = json(operation.requestBody?.content) ?? json(operation.parameters?.find((one) => one.name === "input")?.content);
    const answer = json(operation.responses?.["200"]?.content);
    const data = follow(answer).schema?.properties?.result?.properties?.data ?? answer;
    nodes.push(
      el(
        "details",
        { class: "mail" },
        el("summary", {}, el("b", {}, `${method.toUpperCase()} ${path}`), el("span", { class: "hint" }, operation.summary ?? "")),
        el("h3", {}, "Input"),
        input ? fields(input) : el("p", {}, "none"),
        el("h3", {}, "Answer"),
        data ? fields(data) : el("p", {}, "none"),
      ),
    );
  }
}
document.getElementById("list").replaceChildren(...nodes);
