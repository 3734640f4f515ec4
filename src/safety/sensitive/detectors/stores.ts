// Stores of passwords, wallets, mail, messages, contacts and browser data that are told by their form: magic, tables, keys of JSON.

import { asLatin1 } from '../file-kind.ts'
import { maybe, type PrivateFinding, sureOf } from '../finding.ts'

/** Of the first bytes of files that are no text. */
export function binaryStoreFindings(head: Uint8Array, lowName: string): PrivateFinding[] {
  const start = asLatin1(head, 0, 4_096)
  if (start.startsWith('\x03\xd9\xa2\x9a')) return [sureOf('password-store', 'keepass')]
  if (start.startsWith('PWS3')) return [sureOf('password-store', 'password-safe')]
  if (start.slice(128, 132) === 'DICM') return [sureOf('medical', 'dicom')]
  if (start.startsWith('!BDN')) return [sureOf('mail', 'outlook')]
  if (start.startsWith('ANDROID BACKUP\n')) return [sureOf('backup', 'android')]
  if (/^\0{8}\x12\x34|^[\s\S]{12}b1\x05\x00/.test(start.slice(0, 20)) || start.slice(12, 16) === 'b1\x05\0') {
    return [
      /wallet|coin/.test(lowName) || start.includes('main')
        ? sureOf('wallet', 'bitcoin-core')
        : maybe('wallet', 'berkeley-db'),
    ]
  }
  if (start.slice(12, 16) === '\x62\x31\x05\x00') return [sureOf('wallet', 'bitcoin-core')]
  if (
    start.startsWith('SQLCipher') ||
    (/\.crypt\d{0,2}$/.test(lowName) && /msgstore|wa|chatstorage|backup/.test(lowName))
  )
    return [sureOf('messages', 'whatsapp')]
  if (start.startsWith('TDF$') || start.startsWith('TDEF')) return [sureOf('messages', 'telegram')]
  if (start.startsWith('LUKS\xba\xbe')) return [maybe('backup', 'encrypted-disk')]
  if (
    start.startsWith('JARSIGN') ||
    start.startsWith('\0\0\0\0GnomeKeyring') ||
    start.startsWith('GnomeKeyring\n\r\0\n')
  )
    return [sureOf('password-store', 'gnome-keyring')]
  if (start.startsWith('KWALLET')) return [sureOf('password-store', 'kwallet')]
  if (/^mozLz40\0/.test(start)) return [sureOf('browser-data', 'firefox-session')]
  if (
    start.startsWith('bplist00') &&
    /chat|message|recents|voicemail|addressbook|contacts|callhistory|safari|history|bookmarks/.test(lowName)
  )
    return [maybe('browser-data', 'apple')]
  if (/^(?:cookies|history|bookmarks)\.binarycookies$/.test(lowName) || start.startsWith('cook\0\0'))
    return [sureOf('browser-data', 'safari-cookies')]
  if (
    /\.(?:1pif|agilekeychain|opvault|1pux|kdbx?|psafe3|dashlane|dash|enpass|enpassdb|walletx|keychain(?:-db)?|spdb|kwl|bwbackup)$/.test(
      lowName,
    )
  )
    return [maybe('password-store', 'name')]
  return []
}

/** Of text: exports of password stores, wallets, mail, messages, contacts, browsers. */
export function textStoreFindings(text: string, lowName: string): PrivateFinding[] {
  const head = text.slice(0, 20_000)
  const findings: PrivateFinding[] = []
  const add = (finding: PrivateFinding | undefined): void => {
    if (finding !== undefined) findings.push(finding)
  }
  add(passwordExport(head))
  add(walletForm(head))
  add(mailForm(head, lowName))
  add(messageForm(text.slice(0, 60_000)))
  add(contactForm(head))
  add(browserForm(head))
  add(backupForm(text.slice(0, 400_000)))
  add(accountForm(head))
  add(recordForm(head))
  return findings
}

function passwordExport(head: string): PrivateFinding | undefined {
  if (
    /"encrypted"\s{0,3}:\s{0,3}(?:true|false)/.test(head) &&
    /"(?:folders|items|encKeyValidation_DO_NOT_EDIT)"\s{0,3}:/.test(head) &&
    /"(?:login|data|items)"/.test(head)
  )
    return sureOf('password-store', 'bitwarden')
  if (/"nextId"\s{0,3}:/.test(head) && /"logins"\s{0,3}:/.test(head) && /encryptedPassword/.test(head))
    return sureOf('password-store', 'firefox')
  if (/<KeePassFile>|<pwlist>|<!DOCTYPE KEEPASS/.test(head) && /<(?:Value|password)\b/i.test(head))
    return sureOf('password-store', 'keepass')
  if (
    /"(?:userName|username|login|loginUsername|login_username)"\s{0,3}:\s{0,3}"[^"]{1,200}"[\s\S]{0,1500}"(?:password|loginPassword|login_password)"\s{0,3}:\s{0,3}"[^"]{3,200}"/.test(
      head,
    ) &&
    /"(?:url|urls|uris?|website|site|hostname|title|name)"/.test(head)
  )
    return sureOf('password-store', 'json')
  if (
    /^(?:url|name|title|folder|account|website|"?Title"?),[^\n]{0,200}\b(?:login_)?password\b[^\n]{0,200}\n[^\n]{10,}/im.test(
      head,
    )
  )
    return sureOf('password-store', 'csv')
  if (
    /"entropyBits"|"onepassword|1Password Unencrypted|"uuid"[^\n]{0,300}"typeName"\s{0,3}:\s{0,3}"webforms/.test(
      head,
    )
  )
    return sureOf('password-store', '1password')
  return undefined
}

function walletForm(head: string): PrivateFinding | undefined {
  if (
    /"crypto"\s{0,3}:\s{0,3}\{/i.test(head) &&
    /"ciphertext"\s{0,3}:/.test(head) &&
    /"kdf(?:params)?"\s{0,3}:/.test(head)
  )
    return sureOf('wallet', 'ethereum')
  if (
    /['"]seed_version['"]|"wallet_type"\s{0,3}:/.test(head) &&
    /['"](?:keystore|seed|xprv|master_private_keys|accounts|keypairs|x1\/?)['"]/.test(head)
  )
    return sureOf('wallet', 'electrum')
  if (/"vault"\s{0,3}:|\\"vault\\"|"KeyringController"/.test(head) && /"?\\?"(?:data|salt|iv)\\?"/.test(head))
    return sureOf('wallet', 'metamask')
  if (
    /"(?:mnemonic|seed_?phrase|recovery_?phrase|private_?key|secret_?key|spend_?key|view_?key)"\s{0,3}:\s{0,3}"(?!<|\$|your)[^"]{30,}"/i.test(
      head,
    )
  )
    return sureOf('wallet', 'json')
  if (/^\s{0,4}\[(?:\s{0,3}\d{1,3}\s{0,3},){63}\s{0,3}\d{1,3}\s{0,3}\]\s{0,4}$/.test(head.slice(0, 600)))
    return sureOf('wallet', 'solana')
  if (/^# Wallet dump created by/m.test(head)) return sureOf('wallet', 'dump')
  return undefined
}

function mailForm(head: string, lowName: string): PrivateFinding | undefined {
  if (
    /^From \S{1,200} {1,3}(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} /m.test(head.slice(0, 400)) &&
    /^(?:From|To|Subject|Date|Received|Message-ID): /im.test(head)
  )
    return sureOf('mail', 'mbox')
  const body = /^\d{1,8}\s*\n/.test(head.slice(0, 20)) ? head.slice(head.indexOf('\n') + 1) : head
  const top = body.slice(0, 6_000)
  const headers = new Set(
    [
      ...top.matchAll(
        /^(from|to|subject|date|received|message-id|return-path|delivered-to|mime-version|x-mailer|cc|reply-to): /gim,
      ),
    ].map(([, name]) => name?.toLowerCase()),
  )
  if (
    /^(?:from|to|subject|date|received|message-id|return-path|delivered-to|mime-version|x-[\w-]{1,40}|dkim-signature|content-type|arc-[\w-]{1,30}|authentication-results): /i.test(
      top,
    ) &&
    headers.has('from') &&
    headers.size >= 3 &&
    (headers.has('message-id') ||
      headers.has('received') ||
      headers.has('date') ||
      /\.(?:eml|emlx|mbox|mbx|msg)$/.test(lowName))
  ) {
    // Patches travel as mails too, and are published.
    if (/^Subject: \[PATCH/m.test(top) || /^diff --git /m.test(head)) return undefined
    return sureOf('mail', lowName.endsWith('.emlx') ? 'apple-mail' : 'message')
  }
  return undefined
}

/** Exports of banks and of programs that keep accounts. */
function accountForm(head: string): PrivateFinding | undefined {
  if (/<OFX>|OFXHEADER:\d/i.test(head) && /<(?:BANKACCTFROM|CCACCTFROM|STMTTRN)>/i.test(head))
    return sureOf('bank-account', 'ofx')
  if (/^!Type:(?:Bank|CCard|Cash|Oth [AL]|Invst)/im.test(head)) return sureOf('bank-account', 'qif')
  if (/^:20:/m.test(head) && /^:25:/m.test(head) && /^:6[012][FM]?:/m.test(head))
    return sureOf('bank-account', 'mt940')
  if (/urn:iso:std:iso:20022:tech:xsd:(?:camt\.05[234]|pain\.00[18])/.test(head))
    return sureOf('bank-account', 'iso-20022')
  if (/<gnc-v2|<KMYMONEY-FILE|<HOMEBANK/i.test(head)) return sureOf('bank-account', 'accounts')
  return undefined
}

/** Records of health as systems exchange them. */
function recordForm(head: string): PrivateFinding | undefined {
  if (/^MSH\|\^~\\?&/m.test(head) && /^PID\|/m.test(head)) return sureOf('medical', 'hl7')
  if (
    /"resourceType"\s{0,3}:\s{0,3}"(?:Patient|Bundle|Observation|Condition|MedicationRequest|Encounter|DiagnosticReport|Immunization|AllergyIntolerance)"/.test(
      head,
    )
  )
    return sureOf('medical', 'fhir')
  if (genome(head)) return sureOf('medical', 'genome')
  if (/<ClinicalDocument\b[\s\S]{0,400}urn:hl7-org/.test(head)) return sureOf('medical', 'cda')
  return undefined
}

const GENOTYPE =
  /^"?(?:rs|i)\d{2,12}"?[\t, ]{1,3}"?(?:[1-9]|1\d|2[0-6]|X|Y|XY|MT?)"?[\t, ]{1,3}"?\d{1,9}"?[\t, ]{1,3}"?(?:[ACGTDI0-]{1,2}|--)"?(?:[\t, ]{1,3}"?[ACGTDI0-]"?)?\r?$/gm

/** What tests of genes give to those who were tested: a row for each place; or calls for one sample that has a name. */
function genome(head: string): boolean {
  if ((head.match(GENOTYPE)?.length ?? 0) >= 3) return true
  if (!head.startsWith('##fileformat=VCF')) return false
  const samples = /^#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t([^\n]{1,400})/m
    .exec(head)?.[1]
    ?.trim()
    .split('\t')
  // Public panels have many samples, under numbers of theirs.
  return (
    samples !== undefined &&
    samples.length <= 4 &&
    !samples.some((name) =>
      /^(?:NA|HG|HGDP|SRR|ERR|LP)\d{3,}|^(?:sample|test|tumou?r|normal|control)/i.test(name),
    )
  )
}

const CHAT_LINES: readonly RegExp[] = [
  // WhatsApp, by phone and by language: [12.03.24, 14:05:11] Ana: … / 12/03/24, 2:05 PM - Ana: …
  /^[\u200e\u200f]?\[?\d{1,4}[./-]\d{1,2}[./-]\d{1,4},?\s(?:a las |à |um |ás |às )?\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\s?[ap]\.?\s?m\.?|\s?[AP]M|\s?(?:午前|午後|오전|오후|上午|下午|ص|م))?\]?\s?[-–]?\s?[^:\n]{1,60}:\s/gm,
  /^(?:\[|)(?:오전|오후|上午|下午|午前|午後)?\s?\d{1,2}:\d{2}(?:\s?[AP]M)?(?:\]|)[\t ]{1,3}[^:\t\n]{1,40}[\t:][^\n]{1,}/gm,
  // KakaoTalk: [이름] [오후 2:05] …
  /^\[[^\]\n]{1,30}\] \[(?:오전|오후|AM|PM)? ?\d{1,2}:\d{2}(?: [AP]M)?\] /gm,
  // IRC and Signal logs: [2024-03-12 14:05] <ana> …
  /^\[?\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(?::\d{2})?\]?\s{1,2}<?[^>\s:][^>:\n]{0,30}[>:]\s(?!\[)[^\n]*[a-z]{2}/gim,
  // Discord, WeChat and others: Name 2024-03-12 14:05:11 on a line of its own.
  /^[^\n:]{1,30}[ ,(]{1,3}\d{4}[-/.]\d{1,2}[-/.]\d{1,2} \d{1,2}:\d{2}(?::\d{2})?\)?\s*$/gm,
]

function messageForm(text: string): PrivateFinding | undefined {
  const head = text.slice(0, 20_000)
  if (
    /"messages"\s{0,3}:\s{0,3}\[/.test(head) &&
    /"(?:from_id|from|sender|sender_name|author|user|participants|content|text)"\s{0,3}:/.test(head) &&
    /"(?:date|timestamp|timestamp_ms|ts|date_unixtime|sent_at|created_at)"\s{0,3}:/.test(head) &&
    !/"role"\s{0,3}:/.test(head)
  )
    return sureOf('messages', 'json')
  if (/<smses\b|<sms\s[^>]{0,200}address=/.test(head)) return sureOf('messages', 'sms')
  if (/<calls\b[^>]{0,200}>\s{0,20}<call\s/.test(head)) return sureOf('messages', 'calls')
  if (/class="(?:message default clearfix|from_name|pull_right date details)"/.test(head))
    return sureOf('messages', 'telegram')
  if (/class="chatlog__|class="pam _3-95|uiBoxWhite noborder/.test(head)) return sureOf('messages', 'html')
  if (
    /end-to-end|ende-zu-ende|de bout en bout|extremo a extremo|de ponta a ponta|сквозн|端到端|종단간/i.test(
      head.slice(0, 800),
    ) &&
    chatLines(text) >= 2
  )
    return sureOf('messages', 'whatsapp')
  return chatLines(text) >= 4 ? sureOf('messages', 'chat') : undefined
}

function chatLines(text: string): number {
  let most = 0
  for (const form of CHAT_LINES) {
    const matches = text.slice(0, 40_000).match(form) ?? []
    // Logs of programs stand in brackets and levels; people have names and few of them.
    const people = matches.filter(
      (line) =>
        !/\b(?:INFO|WARN(?:ING)?|ERROR|DEBUG|TRACE|FATAL|NOTICE|CRITICAL|GET|POST|systemd|kernel|https?)\b/.test(
          line,
        ),
    )
    most = Math.max(most, people.length)
  }
  return most
}

function contactForm(head: string): PrivateFinding | undefined {
  if (/^BEGIN:VCARD/im.test(head) && /^(?:item\d{1,3}\.)?(?:TEL|EMAIL|ADR)[;:]/im.test(head))
    return sureOf('contacts', 'vcard')
  if (/^dn: /m.test(head) && /^(?:mail|telephoneNumber|mobile|homePhone|userPassword): /im.test(head))
    return sureOf('contacts', 'ldif')
  if (
    /E-mail 1 - Value|Phone 1 - Value|"First Name","Middle Name","Last Name"|E-mail Address,E-mail Type/.test(
      head,
    )
  )
    return sureOf('contacts', 'csv')
  if (/^BEGIN:VCALENDAR/m.test(head) && /^(?:ATTENDEE|ORGANIZER)[;:]/m.test(head))
    return maybe('private-words', 'calendar')
  return undefined
}

function browserForm(head: string): PrivateFinding | undefined {
  if (
    /"log"\s{0,3}:\s{0,3}\{/.test(head) &&
    /"entries"\s{0,3}:|"creator"\s{0,3}:/.test(head) &&
    /"version"\s{0,3}:\s{0,3}"1\.[12]"/.test(head)
  )
    return sureOf('browser-data', 'har')
  if (/<!DOCTYPE NETSCAPE-Bookmark-file-1>/i.test(head)) return sureOf('browser-data', 'bookmarks')
  if (
    /"(?:hostKey|domain|hostOnly)"\s{0,3}:/.test(head) &&
    /"httpOnly"\s{0,3}:/i.test(head) &&
    /"(?:expirationDate|expiry|expires|session)"\s{0,3}:/i.test(head) &&
    /"value"\s{0,3}:/.test(head)
  )
    return sureOf('browser-data', 'cookies')
  if (/^# (?:Netscape )?HTTP Cookie File/im.test(head)) return sureOf('browser-data', 'cookies')
  if (/"Browser History"\s{0,3}:|"visitCount"\s{0,3}:|"lastVisitTime"\s{0,3}:|"page_transition"/.test(head))
    return sureOf('browser-data', 'history')
  if (
    /"(?:timelineObjects|semanticSegments|locations)"\s{0,3}:\s{0,3}\[/.test(head) &&
    /"(?:latitudeE7|latLng|placeLocation|startLocation)"/.test(head)
  )
    return sureOf('browser-data', 'location-history')
  if (/"roots"\s{0,3}:\s{0,3}\{[\s\S]{0,200}"bookmark_bar"/.test(head))
    return sureOf('browser-data', 'bookmarks')
  return undefined
}

function backupForm(text: string): PrivateFinding | undefined {
  if (
    /(?:^|\n)(?:-- |\/\*)[^\n]{0,80}(?:dump|backup)/i.test(text.slice(0, 3_000)) ||
    /(?:^|\n)\s{0,4}INSERT INTO|(?:^|\n)COPY [\w."]{1,80} \(/i.test(text)
  ) {
    if (
      /(?:INSERT INTO|COPY|CREATE TABLE(?: IF NOT EXISTS)?)\s{1,3}[`"[]?(?:[\w]{1,40}[`"\]]?\.[`"[]?)?\w{0,30}(?:users?|accounts?|customers?|members?|clients?|employees?|patients?|contacts?|kunden|benutzer|clientes|usuarios|utilisateurs|persons?|people|students?)\w{0,20}/i.test(
        text,
      ) &&
      /passw|email|e_mail|phone|ssn|birth|address|salary|iban|telefon|adres|hash/i.test(text) &&
      /(?:VALUES|COPY)/i.test(text)
    )
      return sureOf('backup', 'sql-dump')
  }
  return undefined
}
