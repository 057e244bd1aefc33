/** Puts the page together. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { comeAgain } from "./again";
import { Client } from "./client";
import { attach } from "./embedded";
import "./index.css";
import { settleLanguage } from "./language";
import { transportOf } from "./shell/choose";
import { hostOf } from "./shell/host";
import { introduction } from "./shell/introduction";
import { keptPreferences } from "./shell/keeping";
import { newStore } from "./store";
import { App } from "./view/App";
import { AssistantContext } from "./view/context";
import { pageLanguage } from "./words";

const root = document.getElementById("root");
if (root === null) throw new Error("the page has no element with the id root");
// At once: the page above says hello as soon as this one has loaded.
const host = hostOf(location.search);

const [agent] = await Promise.all([introduction(document.baseURI), settleLanguage()]);
const store = newStore(keptPreferences(), agent);
const client = new Client(store, document.baseURI, transportOf(location.search), pageLanguage);
comeAgain(store, () => client.connect());
if (host !== null) attach(host, store, client);
const close = host?.mode === "floating" ? () => host.send({ type: "close" }) : null;

createRoot(root).render(
  <StrictMode>
    <AssistantContext value={{ store, client, close }}>
      <App />
    </AssistantContext>
  </StrictMode>,
);
client.connect();
