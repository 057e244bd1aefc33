// Parses and analyses queries with Microsoft's own parser of KQL. Standard input: {tables: {name: "column:type, …"},
// queries: {name: text}}; standard output: {name: [problem, …]} of those with problems.
require("@kusto/language-service-next/bridge.min.js");
require("@kusto/language-service-next/Kusto.Language.Bridge.min.js");
const { readFileSync } = require("node:fs");

const { KustoCode, GlobalState, Symbols } = globalThis.Kusto.Language;
const { tables, queries } = JSON.parse(readFileSync(0, "utf-8"));
const declared = Object.entries(tables).map(([name, columns]) =>
  Symbols.TableSymbol.From(`(${columns})`).WithName(name),
);
const state = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor("insights", declared));
const found = {};
for (const [name, text] of Object.entries(queries)) {
  const problems = KustoCode.ParseAndAnalyze(text, state).GetDiagnostics();
  for (let i = 0; i < problems.Count; i += 1) (found[name] ??= []).push(problems.getItem(i).Message);
}
process.stdout.write(JSON.stringify(found));
