/** Puts the page together. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Client } from "./client";
import "./index.css";
import { settleLanguage } from "./language";
import { transportOf } from "./shell/choose";
import { keptPreferences } from "./shell/keeping";
import { newStore } from "./store";
import { App } from "./view/App";
import { AssistantContext } from "./view/context";
import { pageLanguage } from "./words";

const store = newStore(keptPreferences());
const client = new Client(store, document.baseURI, transportOf(location.search), pageLanguage);
const root = document.getElementById("root");
if (root === null) throw new Error("the page has no element with the id root");

await settleLanguage();
createRoot(root).render(
  <StrictMode>
    <AssistantContext value={{ store, client }}>
      <App />
    </AssistantContext>
  </StrictMode>,
);
client.connect();
