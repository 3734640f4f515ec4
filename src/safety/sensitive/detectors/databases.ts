// Databases of programs by their tables, which stand readable in the first pages, and by the names programs give them.

import { maybe, type PrivateClass, type PrivateFinding, sureOf } from '../finding.ts'

interface TableSign {
  readonly tables: readonly RegExp[]
  readonly class: PrivateClass
  readonly what: string
}

/** Tables by their CREATE statements, which stand readable in the first pages. */
const DATABASES: readonly TableSign[] = [
  {
    tables: [/CREATE TABLE (?:IF NOT EXISTS )?"?logins"?/i, /password_value/i],
    class: 'password-store',
    what: 'chrome',
  },
  {
    tables: [/CREATE TABLE "?metaData"?/i, /nssPrivate|password/i],
    class: 'password-store',
    what: 'firefox-keys',
  },
  { tables: [/moz_places|moz_historyvisits/i], class: 'browser-data', what: 'firefox-history' },
  { tables: [/moz_cookies/i], class: 'browser-data', what: 'firefox-cookies' },
  { tables: [/moz_formhistory/i], class: 'browser-data', what: 'firefox-forms' },
  {
    tables: [/CREATE TABLE (?:IF NOT EXISTS )?"?cookies"?/i, /host_key/i],
    class: 'browser-data',
    what: 'chrome-cookies',
  },
  {
    tables: [/CREATE TABLE (?:IF NOT EXISTS )?"?urls"?/i, /visit_count/i],
    class: 'browser-data',
    what: 'chrome-history',
  },
  {
    tables: [/CREATE TABLE (?:IF NOT EXISTS )?"?(?:credit_cards|autofill)"?/i],
    class: 'browser-data',
    what: 'chrome-forms',
  },
  { tables: [/history_items/i, /history_visits/i], class: 'browser-data', what: 'safari-history' },
  {
    tables: [
      /CREATE TABLE (?:IF NOT EXISTS )?"?message"?/i,
      /CREATE TABLE (?:IF NOT EXISTS )?"?(?:handle|chat)"?/i,
    ],
    class: 'messages',
    what: 'imessage',
  },
  {
    tables: [
      /CREATE TABLE (?:IF NOT EXISTS )?"?(?:messages?|message_view|chat_list|wa_contacts|ZWAMESSAGE|ZWACHATSESSION)"?/i,
      /key_remote_jid|jid|ZWA/i,
    ],
    class: 'messages',
    what: 'whatsapp',
  },
  {
    tables: [/CREATE TABLE (?:IF NOT EXISTS )?"?(?:sms|mms|thread|recipient)"?/i, /address|body|recipient/i],
    class: 'messages',
    what: 'sms',
  },
  {
    tables: [
      /CREATE TABLE (?:IF NOT EXISTS )?"?\w*(?:messages|chats|conversations|dialogs)"?/i,
      /sender|from_id|author|body|text|content|recipient|peer/i,
    ],
    class: 'messages',
    what: 'messages',
  },
  { tables: [/ABPerson|ABMultiValue|raw_contacts|ZABCDRECORD/i], class: 'contacts', what: 'address-book' },
  { tables: [/ZCALLRECORD|CREATE TABLE "?calls"?/i, /ZADDRESS|number/i], class: 'messages', what: 'calls' },
  { tables: [/CREATE TABLE "?Files"?/i, /relativePath/i, /domain/i], class: 'backup', what: 'iphone' },
  { tables: [/walletdescriptor|CREATE TABLE "?main"?\s?\(key BLOB/i], class: 'wallet', what: 'bitcoin-core' },
  { tables: [/ZICCLOUDSYNCINGOBJECT|ZICNOTEDATA/i], class: 'private-words', what: 'notes' },
  { tables: [/(?:patient|medical|diagnos|prescription)/i], class: 'medical', what: 'database' },
  { tables: [/(?:salary|payroll|employee)/i, /salary|ssn|wage|iban/i], class: 'payroll', what: 'database' },
  {
    tables: [
      /CREATE TABLE[^(]{0,60}(?:users?|accounts?|customers?|members?|clients?)/i,
      /password|passwd|pass_hash|email|phone|ssn/i,
    ],
    class: 'backup',
    what: 'user-table',
  },
  {
    tables: [/CREATE TABLE[^(]{0,60}(?:contacts?|persons?|people|addressbook)/i, /phone|email|mobile/i],
    class: 'contacts',
    what: 'database',
  },
]

const DATABASE_NAMES: readonly (readonly [RegExp, PrivateClass, string])[] = [
  [/^login data(?: for account)?$/, 'password-store', 'chrome'],
  [
    /^(?:key[34]\.db|logins\.json|signons\.sqlite|logins-backup\.json|cert9\.db)$/,
    'password-store',
    'firefox',
  ],
  [
    /^(?:web data|history|cookies|top sites|favicons|network action predictor|visited links|shortcuts|current session|last session)$/,
    'browser-data',
    'chrome',
  ],
  [
    /^(?:places|cookies|formhistory|permissions|webappsstore|content-prefs|favicons)\.sqlite(?:-wal)?$/,
    'browser-data',
    'firefox',
  ],
  [/^history\.db$/, 'browser-data', 'safari'],
  [
    /^(?:chat|sms|mmssms|bugle_db|msgstore|wa|chatstorage|axolotl|telegram|cache4|signal|skype|main|viber|viber_data|threads_db2|orca2?|enmicromsg)\.(?:db|sqlite)(?:\.crypt\d{1,2})?$/,
    'messages',
    'name',
  ],
  [/^(?:contacts2?|addressbook|contacts_?backup)\.(?:db|sqlite|sqlitedb)$/, 'contacts', 'name'],
  [/^(?:manifest\.(?:db|mbdb)|sms\.db|callhistory\.storedata)$/, 'backup', 'phone'],
]

export function sqliteFindings(readable: string, lowName: string): PrivateFinding[] {
  for (const { tables, class: kind, what } of DATABASES) {
    if (tables.every((table) => table.test(readable))) return [sureOf(kind, what)]
  }
  return databaseNameFindings(lowName, true)
}

export function databaseNameFindings(lowName: string, isDatabase: boolean): PrivateFinding[] {
  for (const [form, kind, what] of DATABASE_NAMES) {
    if (form.test(lowName) && (isDatabase || /\.|login data|web data/.test(lowName)))
      return [maybe(kind, what)]
  }
  return []
}
