import type { Words } from "./en";

/** German. */
export const de: Words = {
  product: "Vocative",
  greeting: "Guten Tag, ich bin ein KI-Assistent. Fragen Sie mich nach Ihren Dokumenten.",
  tryAsking: "Zum Beispiel",
  conversation: "Gespräch",
  close: "Schließen",
  transcripts: {
    session: "Diese Seite behält das Gespräch nur, solange sie geöffnet ist.",
    device: "Dieser Browser bewahrt Ihre Gespräche auf, bis Sie sie im Verlauf löschen.",
  },
  language: {
    choose: "Sprache der Seite",
    lacks: {
      title: "Der Assistent spricht kein {{language}}",
      advice: "Sein Modell versteht und spricht nur {{spoken}}. Fragen Sie auf {{spoken}}; die Seite bleibt auf {{language}}.",
    },
  },
  you: "Sie",
  status: {
    connecting: "Verbindet",
    waiting: "Bereitet vor",
    ready: "Bereit",
    opening: "Öffnet das Mikrofon",
    listening: "Hört zu",
    hearing: "Hört Sie",
    thinking: "Denkt nach",
    speaking: "Spricht",
    closed: "Nicht verbunden",
  },
  talk: { start: "Gespräch beginnen", stop: "Zuhören beenden" },
  hint: {
    idle: "Zum Sprechen tippen oder die Leertaste halten",
    opening: "Das Mikrofon wird geöffnet …",
    "hands-free": "Ich höre zu. Sprechen Sie einfach, oder tippen Sie zum Beenden.",
    hearing: "Ich höre …",
    push: "Loslassen, wenn Sie fertig sind",
    thinking: "Einen Moment …",
    speaking: "Sie können mich jederzeit unterbrechen",
    interruptible: "Zum Unterbrechen halten und sprechen, oder schreiben",
    offline: "Nicht verbunden",
  },
  push: "Zum Sprechen halten",
  silence: "Antwort anhalten",
  level: "Lautstärke",
  composer: { label: "Ihre Frage", placeholder: "Oder schreiben Sie eine Frage", send: "Senden" },
  message: {
    hearing: "Ich höre …",
    pending: "Ihre Worte werden aufgeschrieben …",
    failed: "Die Worte waren nicht zu verstehen.",
    cut: "Hier unterbrochen",
    unheard: "nicht gehört",
  },
  newSession: "Wieder verbunden. Der Assistent weiß nicht mehr, was oben gesagt wurde.",
  call: {
    running: "läuft",
    completed: "fertig",
    failed: "fehlgeschlagen",
    timed_out: "hat zu lange gedauert",
    cancelled: "abgebrochen",
    denied: "nicht erlaubt",
    approval: "wartet auf Sie",
    arguments: "Anfrage",
    result: "Ergebnis",
  },
  approval: {
    title: "Darf der Assistent dies tun: {{tool}}?",
    approve: "Erlauben",
    deny: "Nicht erlauben",
    decided: "Gesendet …",
  },
  source: {
    list: "Quellen",
    count_one: "{{count, number}} Quelle",
    count_other: "{{count, number}} Quellen",
    page: "S. {{page}}",
    pageLong: "Seite {{page}}",
    open: "Dokument öffnen",
    openAt: "Auf Seite {{page}} öffnen",
    close: "Schließen",
    preview: "Vorschau des Dokuments",
    passage: "Die Stelle, auf der die Antwort beruht",
  },
  duration: {
    ms: "{{time, number(maximumFractionDigits: 0)}} ms",
    s: "{{time, number(minimumFractionDigits: 1; maximumFractionDigits: 1)}} s",
  },
  retry: "Erneut versuchen",
  askAgain: "Erneut fragen",
  reconnect: "Neu verbinden",
  dismiss: "Ausblenden",
  serverSays: "Der Server meldet: {{reason}}",
  microphone: {
    insecure: {
      title: "Der Browser gibt dieser Adresse kein Mikrofon",
      advice: "Öffnen Sie die Seite über https oder auf diesem Gerät als localhost. Schreiben können Sie auch so.",
    },
    denied: {
      title: "Das Mikrofon ist für diese Seite gesperrt",
      advice: "Erlauben Sie es in der Adresszeile des Browsers, und versuchen Sie es erneut. Schreiben können Sie auch so.",
    },
    missing: {
      title: "Kein Mikrofon gefunden",
      advice: "Schließen Sie eines an, und versuchen Sie es erneut. Schreiben können Sie auch so.",
    },
    busy: {
      title: "Das Mikrofon wird anderswo benutzt",
      advice: "Schließen Sie das Programm oder den Tab, der aufnimmt, und versuchen Sie es erneut.",
    },
    unplugged: {
      title: "Das Mikrofon wurde getrennt",
      advice: "Schließen Sie es wieder an, und versuchen Sie es erneut.",
    },
    broken: {
      title: "Das Mikrofon ließ sich nicht starten",
      advice: "Versuchen Sie es erneut; wenn das nicht hilft, laden Sie die Seite neu.",
    },
  },
  connection: {
    unreachable: {
      title: "Der Server antwortet nicht",
      advice: "Prüfen Sie, ob er läuft und ob Sie online sind.",
    },
    refused: {
      title: "Der Server hat die Sitzung abgelehnt",
      advice: "Versuchen Sie es erneut; wenn das nicht hilft, fragen Sie den Betreiber.",
    },
    anonymous: { title: "Sie sind nicht angemeldet", advice: "Melden Sie sich an, und verbinden Sie sich neu." },
    forbidden: {
      title: "Sie dürfen diesen Assistenten nicht benutzen",
      advice: "Bitten Sie den Betreiber um Zugang, und verbinden Sie sich neu.",
    },
    crowded: {
      title: "Sie haben zu viele Gespräche offen",
      advice: "Schließen Sie den Assistenten in einem anderen Tab oder auf einem anderen Gerät, und verbinden Sie sich neu.",
    },
    busy: { title: "Der Assistent ist voll ausgelastet", advice: "Warten Sie einen Moment, und verbinden Sie sich neu." },
    model: {
      title: "Das Sprachmodell ist nicht erreichbar",
      advice: "Verbinden Sie sich gleich noch einmal; wenn das nicht hilft, sagen Sie dem Betreiber Bescheid.",
    },
    lost: {
      title: "Die Verbindung ist abgebrochen",
      advice: "Was gesagt wurde, bleibt hier stehen. Verbinden Sie sich neu, um fortzufahren.",
    },
    mending: {
      title: "Die Verbindung ist abgebrochen und wird wiederhergestellt",
      advice: "Nichts geht verloren. Dauert es zu lange, verbinden Sie sich neu: Das Gespräch beginnt dann von vorn.",
    },
  },
  sound: {
    title: "Der Ton ist aus",
    advice: "Ihr Browser lässt keine Seite klingen, bevor Sie geklickt oder eine Taste gedrückt haben.",
    on: "Ton einschalten",
  },
  tooShort: {
    title: "Das war zu kurz, um es zu hören",
    advice: "Halten Sie den Knopf oder die Leertaste, während Sie sprechen.",
  },
  problem: { title: "Etwas ist schiefgegangen", advice: "Sie können erneut fragen." },
  quota: {
    title: "Das Limit des Modells ist erreicht",
    advice: "Warten Sie eine Minute, und fragen Sie erneut. Kommt das oft vor, kann der Betreiber das Kontingent erhöhen.",
  },
};
