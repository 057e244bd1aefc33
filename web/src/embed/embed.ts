/** The one file that a foreign page loads: `<script type="module" src="https://HOST/embed.js"></script>`. */
import { VocativeAssistant } from "./element";

// A page may load it twice, by mistake or from two servers: the first one stays.
if (customElements.get("vocative-assistant") === undefined) {
  customElements.define("vocative-assistant", VocativeAssistant);
}
