import type { Words } from "./en";

/** Japanese. */
export const ja: Words = {
  product: "Vocative",
  greeting: "こんにちは。AI アシスタントです。ドキュメントについてお尋ねください。",
  tryAsking: "質問の例",
  conversation: "会話",
  close: "閉じる",
  transcripts: {
    session: "会話は、このページを開いている間だけ保持されます。",
    device: "会話は、履歴で削除するまでこのブラウザーに保存されます。",
  },
  language: {
    choose: "ページの言語",
    lacks: {
      title: "アシスタントは{{language}}に対応していません",
      advice: "使用中のモデルが聞き取り、話せるのは{{spoken}}だけです。{{spoken}}でお尋ねください。ページの表示は{{language}}のままです。",
    },
  },
  you: "あなた",
  status: {
    connecting: "接続中",
    waiting: "準備中",
    ready: "準備完了",
    opening: "マイクを起動中",
    listening: "待機中",
    hearing: "聞いています",
    thinking: "考えています",
    speaking: "話しています",
    closed: "未接続",
  },
  talk: { start: "話し始める", stop: "聞き取りを終える" },
  hint: {
    idle: "タップして話すか、スペースキーを押し続けてください",
    opening: "マイクを起動しています…",
    "hands-free": "聞いています。そのままお話しください。タップで終了します。",
    hearing: "聞いています…",
    push: "話し終えたら離してください",
    thinking: "少々お待ちください…",
    speaking: "いつでも話しかけて中断できます",
    interruptible: "中断するには、押しながら話すか、入力してください",
    offline: "接続されていません",
  },
  push: "押している間だけ話す",
  silence: "回答を止める",
  level: "音量",
  composer: { label: "質問", placeholder: "または質問を入力", send: "送信" },
  message: {
    hearing: "聞いています…",
    pending: "お話を文字にしています…",
    failed: "お話を聞き取れませんでした。",
    cut: "ここで中断",
    unheard: "再生されていません",
  },
  newSession: "再接続しました。アシスタントは上の会話を覚えていません。",
  call: {
    running: "実行中",
    completed: "完了",
    failed: "失敗",
    timed_out: "時間切れ",
    cancelled: "キャンセル",
    denied: "許可されませんでした",
    approval: "確認待ち",
    arguments: "依頼内容",
    result: "結果",
  },
  approval: {
    title: "アシスタントによる次の操作を許可しますか：{{tool}}",
    approve: "許可する",
    deny: "許可しない",
    decided: "送信しました…",
  },
  source: {
    list: "出典",
    count_other: "出典 {{count, number}} 件",
    page: "{{page}} ページ",
    pageLong: "{{page}} ページ",
    open: "ドキュメントを開く",
    openAt: "{{page}} ページを開く",
    close: "閉じる",
    preview: "ドキュメントのプレビュー",
    passage: "回答の根拠となった箇所",
  },
  duration: {
    ms: "{{time, number(maximumFractionDigits: 0)}} ミリ秒",
    s: "{{time, number(minimumFractionDigits: 1; maximumFractionDigits: 1)}} 秒",
  },
  retry: "再試行",
  askAgain: "もう一度尋ねる",
  reconnect: "再接続",
  dismiss: "閉じる",
  serverSays: "サーバーからのメッセージ：{{reason}}",
  microphone: {
    insecure: {
      title: "このアドレスではブラウザーがマイクを使わせません",
      advice: "https で開くか、この端末の localhost として開いてください。入力はこのままでもできます。",
    },
    denied: {
      title: "このページのマイクはブロックされています",
      advice: "ブラウザーのアドレスバーで許可してから、再試行してください。入力はこのままでもできます。",
    },
    missing: {
      title: "マイクが見つかりません",
      advice: "マイクを接続してから、再試行してください。入力はこのままでもできます。",
    },
    busy: {
      title: "マイクはほかで使用中です",
      advice: "録音中のほかのプログラムやタブを閉じてから、再試行してください。",
    },
    unplugged: { title: "マイクが外れました", advice: "接続し直してから、再試行してください。" },
    broken: {
      title: "マイクを起動できませんでした",
      advice: "再試行してください。それでも直らない場合は、ページを再読み込みしてください。",
    },
  },
  connection: {
    unreachable: {
      title: "サーバーが応答しません",
      advice: "サーバーが動いていることと、ネットワークの接続を確認してください。",
    },
    refused: {
      title: "サーバーがセッションを拒否しました",
      advice: "再接続してください。それでも直らない場合は、管理者にお問い合わせください。",
    },
    anonymous: { title: "サインインしていません", advice: "サインインしてから、再接続してください。" },
    forbidden: {
      title: "このアシスタントを利用する権限がありません",
      advice: "管理者に利用の許可を依頼してから、再接続してください。",
    },
    crowded: {
      title: "開いている会話が多すぎます",
      advice: "ほかのタブや端末のアシスタントを閉じてから、再接続してください。",
    },
    busy: { title: "アシスタントが混み合っています", advice: "しばらく待ってから、再接続してください。" },
    model: {
      title: "音声モデルに接続できません",
      advice: "しばらくしてから再接続してください。それでも直らない場合は、管理者にお知らせください。",
    },
    lost: {
      title: "接続が切れました",
      advice: "これまでの会話はここに残っています。続けるには再接続してください。",
    },
    mending: {
      title: "接続が切れたため、つなぎ直しています",
      advice: "会話は失われません。時間がかかりすぎる場合は再接続してください。その場合、会話は最初からになります。",
    },
  },
  sound: {
    title: "音声がオフになっています",
    advice: "ブラウザーは、クリックやキー操作があるまでページの音声を再生しません。",
    on: "音声をオンにする",
  },
  tooShort: {
    title: "短すぎて聞き取れませんでした",
    advice: "話している間は、ボタンまたはスペースキーを押し続けてください。",
  },
  problem: { title: "問題が発生しました", advice: "もう一度お尋ねください。" },
  quota: {
    title: "モデルの利用上限に達しました",
    advice: "1 分ほど待ってから、もう一度お尋ねください。たびたび起こる場合は、管理者が上限を引き上げられます。",
  },
};
