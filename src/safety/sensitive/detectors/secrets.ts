// Tokens and passwords in settings, scripts and notes. Ours for what holds in any language and tool; secretlint's rules beside it
// for the forms of dozens of services. What is an example, a variable or empty is quiet.

import { lintSource } from '@secretlint/core'
import { creator } from '@secretlint/secretlint-rule-preset-recommend'
import { masked, maybe, type PrivateFinding, sureOf } from '../finding.ts'
import { folded } from '../folded-text.ts'
import { lexicon } from '../words/lexicon.ts'

/** secretlint takes some 10 ms a MiB; secrets in longer texts stand at their beginning or are found by ours. */
const LINT_CHARS = 1_048_576

/** Says that the value is none: in the value itself. */
const NO_VALUE =
  /^(?:[<[{$%].*|.*\{\{.*|.*\$\{.*|x{3,}.*|\*{3,}|\.{3,}|your[-_ ]?.*|my[-_]?(?:password|secret|token|key).*|.*(?:example|placeholder|changeme|change[-_]me|replace[-_]?me|dummy|sample|insert|redacted|fake|todo|not[-_]?set|put[-_]).*|none|null|nil|undefined|true|false|yes|no|string|password\d?|passwd|passwort|passwrd|mypass\w*|secret|token|test|foo|bar|foobar|abc123|123456?|process\.env.*|os\.environ.*|env\(.*|getenv.*|self\..*|this\..*|config\..*|settings\..*|options\..*|required|optional|str|int|bool|.*\(.*\).*|-+|_+|0+)$/i

const TOKENS: readonly (readonly [string, RegExp])[] = [
  ['aws', /(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])/],
  ['github', /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60,90})\b/],
  ['gitlab', /\bgl(?:pat|dt|rt|cbt|ptt|soat)-[A-Za-z0-9_-]{20,}/],
  ['slack', /\bxox[abposr]-[A-Za-z0-9-]{20,}|\bxapp-\d-[A-Z0-9]{8,}-\d+-[a-f0-9]{40,}/],
  ['slack-hook', /hooks\.slack\.com\/services\/T[A-Z0-9]{6,}\/B[A-Z0-9]{6,}\/[A-Za-z0-9]{18,}/],
  ['discord-hook', /discord(?:app)?\.com\/api\/webhooks\/\d{15,}\/[\w-]{50,}/],
  ['discord', /\b[MNO][A-Za-z\d]{23,27}\.[\w-]{6}\.[\w-]{27,40}\b/],
  ['stripe', /\b(?:sk|rk)_live_[A-Za-z0-9]{16,}|\bwhsec_[A-Za-z0-9]{24,}/],
  ['google', /\bAIza[A-Za-z0-9_-]{35}\b|\bya29\.[A-Za-z0-9_-]{40,}|\bGOCSPX-[A-Za-z0-9_-]{20,}/],
  ['openai', /\bsk-(?:proj-|svcacct-)?[A-Za-z0-9_-]{32,}\b/],
  ['anthropic', /\bsk-ant-[A-Za-z0-9_-]{20,}/],
  ['npm', /\bnpm_[A-Za-z0-9]{36}\b/],
  ['pypi', /\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{40,}/],
  ['sendgrid', /\bSG\.[A-Za-z0-9_-]{20,24}\.[A-Za-z0-9_-]{39,46}/],
  ['twilio', /\b(?:AC|SK)[0-9a-f]{32}\b/],
  ['mailgun', /\bkey-[0-9a-f]{32}\b/],
  ['telegram', /(?<!\d)\d{8,10}:AA[A-Za-z0-9_-]{33}(?![\w-])/],
  ['digitalocean', /\bdo[opr]_v1_[a-f0-9]{64}\b/],
  ['shopify', /\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}\b/],
  ['huggingface', /\bhf_[A-Za-z0-9]{32,40}\b/],
  ['databricks', /\bdapi[a-f0-9]{32}\b/],
  ['linear', /\blin_api_[A-Za-z0-9]{36,}/],
  ['vault', /\bhvs\.[A-Za-z0-9_-]{60,}/],
  ['doppler', /\bdp\.pt\.[A-Za-z0-9]{40,}/],
  ['square', /\bsq0(?:atp|csp)-[A-Za-z0-9_-]{22,}/],
  ['azure', /AccountKey=[A-Za-z0-9+/]{80,90}={0,2}|SharedAccessKey=[A-Za-z0-9+/]{40,}=/],
  ['facebook', /\bEAA[A-Za-z0-9]{80,}/],
  ['jwt', /\beyJ[A-Za-z0-9_-]{15,}\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}/],
  ['tailscale', /\btskey-[a-z]{3,10}-[A-Za-z0-9]{8,}-[A-Za-z0-9]{20,}/],
  ['otp', /otpauth:\/\/[th]otp\/[^\s?]{1,200}\?[^\s]{0,200}secret=[A-Z2-7]{16,}/i],
  ['shadow', /^[a-z_][\w-]{0,30}:\$(?:1|2[aby]|5|6|7|y|gy|argon2id?)\$[./A-Za-z0-9$=,+]{13,}/m],
  [
    'htpasswd',
    /^[\w.@-]{1,40}:(?:\$apr1\$[./A-Za-z0-9]{1,8}\$[./A-Za-z0-9]{22}|\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}|\{SHA\}[A-Za-z0-9+/]{27}=)/m,
  ],
  ['ansible-vault', /^\$ANSIBLE_VAULT;1\.\d;AES256/m],
  ['netrc', /\bmachine\s{1,4}[\w.-]{3,80}\s{1,8}login\s{1,4}\S{1,80}\s{1,8}password\s{1,4}\S{3,}/],
  ['npmrc', /:_(?:authToken|password|auth)\s{0,3}=\s{0,3}"?(?!\$\{)[A-Za-z0-9+/=_-]{12,}/],
  ['gcp', /"type"\s{0,3}:\s{0,3}"service_account"[\s\S]{0,600}"private_key"/],
  ['google-oauth', /"client_secret"\s{0,3}:\s{0,3}"[A-Za-z0-9_-]{20,}"/],
  ['refresh', /"(?:refresh_token|access_token)"\s{0,3}:\s{0,3}"[A-Za-z0-9._/+-]{24,}"/],
  ['kubeconfig', /(?:client-key-data|token):\s{1,4}[A-Za-z0-9+/=._-]{40,}/],
  ['maven', /<server>[\s\S]{0,400}<password>(?!\$\{)[^<]{4,}<\/password>/],
  ['filezilla', /<(?:Server|FileZilla3)[\s\S]{0,2000}<Pass(?:\s[^>]{0,40})?>[^<]{2,}<\/Pass>/],
  ['sshpass', /sshpass\s{1,3}-p\s{0,3}['"]?[^\s'"$]{4,}/],
  [
    'cookies',
    /^(?:#HttpOnly_)?\.?[\w.-]{3,80}\t(?:TRUE|FALSE)\t\/\S{0,80}\t(?:TRUE|FALSE)\t\d{1,12}\t[^\t\n]{1,100}\t[^\t\n]{8,}/m,
  ],
  ['wpa', /\bpsk="[^"\n]{8,63}"|^\s{0,4}psk=[^\s$<{]{8,64}\s*$|<keyMaterial>[^<]{8,64}<\/keyMaterial>/m],
]

/** `scheme://user:secret@host`. */
const URL_SECRET =
  /\b(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|redis|rediss|amqps?|ftps?|sftp|https?|smtps?|imaps?|mssql|sqlserver|jdbc:[a-z]{3,12}|ldaps?|nats|clickhouse|cockroachdb):\/\/([^\s:@/'"<>]{1,80}):([^\s@/'"<>]{3,120})@([\w.-]{2,120})/g
/** `NAME_SECRET=value`, `"api_key": "value"`, `password: value` in settings and code. */
const ASSIGNED =
  /(?<![A-Za-z])((?:[A-Za-z0-9]{1,30}[_.-]){0,6}(?:password|passwd|passphrase|pwd|pass|secret|secret[_-]?key|api[_-]?key|apikey|access[_-]?key|auth[_-]?token|access[_-]?token|refresh[_-]?token|bearer[_-]?token|client[_-]?secret|private[_-]?key|encryption[_-]?key|signing[_-]?key|master[_-]?key|token|credentials?|secret[_-]?access[_-]?key|jwt[_-]?secret|app[_-]?key|salt|dsn|webhook[_-]?url|connection[_-]?string)(?:[_-](?:key|token|value|hash|id|base))?)["']?\s{0,8}(?:[:=]|=>|:=)\s{0,8}(["'`]?)([^\s"'`,;#]{4,300})/gi

/** `dbPassword: …` in settings, where names are written as in programs. */
const ASSIGNED_CAMEL =
  /(?<![A-Za-z0-9])([A-Za-z][A-Za-z0-9]{1,30}(?:Password|Passwd|Passphrase|Pwd|Secret|ApiKey|APIKey|AccessKey|SecretKey|PrivateKey|AuthToken|AccessToken|ApiToken|APIToken|BotToken))["']?\s{0,8}[:=]\s{0,8}(["'`]?)([^\s"'`,;#]{6,300})/g
/** Apple's property lists: a key, then its value. */
const IN_LIST =
  /<key>\s{0,8}(?=[^<]{0,60}(?:pass(?:word|phrase|code)|secret|token|api.?key|private.?key|credential))[^<]{3,60}<\/key>\s{0,40}<(?:string|data)>\s{0,40}([^<]{6,400})/gi

function assignedInList(text: string): string | undefined {
  for (const [, written = ''] of text.matchAll(IN_LIST)) {
    const value = written.trim()
    if (!/\s|^https?:/.test(value) && !NO_VALUE.test(value) && strengthOf(value) >= 2) return value
  }
  return undefined
}

export interface SecretContext {
  readonly extension: string
  readonly lowName: string
  /** Code and settings speak of secrets without having them: only the well-formed count. */
  readonly code: boolean
  readonly quietName: boolean
}

/** An example for others to fill in, by its name. */
const EXAMPLE_NAME =
  /(?:^|[._-])(?:example|sample|template|dist|default|defaults|tmpl|tpl|schema|spec|test|tests|mock|fixture|fixtures|stub)(?:[._-]|$)/

export async function secretFindings(text: string, context: SecretContext): Promise<PrivateFinding[]> {
  const example = EXAMPLE_NAME.test(context.lowName)
  if (!example) {
    for (const [what, form] of TOKENS) {
      const found = form.exec(text)?.[0]
      if (
        found !== undefined &&
        !isExample(text, found) &&
        !(what === 'netrc' && NO_VALUE.test(found.split(/\s+/).pop() ?? ''))
      )
        return [sureOf('secret', what)]
    }
    if (urlSecret(text)) return [sureOf('secret', 'url')]
    if (context.extension === 'json' ? registrySecret(text) : false) return [sureOf('secret', 'docker')]
    if (basicSecret(text)) return [sureOf('secret', 'basic-auth')]
    const linted = await linting(text)
    if (linted !== undefined) return [linted]
    const assigned = assignedSecrets(text, context)
    if (assigned !== undefined) return [assigned]
  }
  return example || context.code ? [] : passwordNotes(text)
}

function isExample(text: string, found: string): boolean {
  if (/example|xxxx|0{12}|placeholder|aaaaaaaa/i.test(found)) return true
  const at = text.indexOf(found)
  return /(?:example|sample|dummy|fake|e\.g\.|for instance|beispiel|placeholder)[^\n]{0,40}$/i.test(
    text.slice(Math.max(0, at - 60), at),
  )
}

function urlSecret(text: string): boolean {
  for (const [whole, user = '', secret = '', host = ''] of text.matchAll(URL_SECRET)) {
    if (NO_VALUE.test(secret) || (/^(?:user|username|usr|login)$/i.test(user) && /^pass/i.test(secret)))
      continue
    if (
      /^(?:localhost|127\.0\.0\.1|example\.|host$|hostname|db$|proxy\.example)/i.test(host) &&
      secret.length < 8
    )
      continue
    if (/example\.(?:com|org|net)$/i.test(host) || isExample(text, whole)) continue
    return true
  }
  return false
}

/** What `docker login` keeps, whatever the file is called: hosts and what opens them. */
function registrySecret(text: string): boolean {
  const from = /^\s{0,200}\{[^\0]{0,2000}?"auths"\s{0,20}:\s{0,20}\{/.exec(text.slice(0, 4_000))?.[0].length
  if (from === undefined) return false
  return /"(?:auth|identitytoken|registrytoken|password)"\s{0,20}:\s{0,20}"[^"<$\s{]{6,4000}"/.test(
    text.slice(from, from + 20_000),
  )
}

const BASIC =
  /(?<![A-Za-z])_?auth(?:orization)?["']?\s{0,4}[:=]\s{0,4}["']?(?:Basic\s{1,4})?([A-Za-z0-9+/]{12,400}={0,2})(?![A-Za-z0-9+/=])/gi

/** `user:secret` in base64, as programs that fetch and push keep it. */
function basicSecret(text: string): boolean {
  let looked = 0
  for (const [whole, written = ''] of text.matchAll(BASIC)) {
    if (++looked > 200) return false
    const [, user = '', secret = ''] =
      /^([\x21-\x39\x3b-\x7e]{1,80}):([\x20-\x7e]{4,200})$/.exec(
        Buffer.from(written, 'base64').toString('latin1'),
      ) ?? []
    if (secret === '' || NO_VALUE.test(secret) || /^(?:pass|open sesame|bar|baz)/i.test(secret)) continue
    if (/^(?:user|username|aladdin|foo)$/i.test(user) || isExample(text, whole)) continue
    return true
  }
  return false
}

async function linting(text: string): Promise<PrivateFinding | undefined> {
  try {
    const { messages } = await lintSource({
      source: { filePath: 'text', ext: '.txt', content: text.slice(0, LINT_CHARS), contentType: 'text' },
      options: {
        noPhysicFilePath: true,
        config: { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator }] },
      },
    })
    for (const { range, ruleId } of messages) {
      const found = text.slice(range[0], range[1])
      // Basic authentication and private keys are told by our own rules, which know examples.
      if (/basicauth|privatekey/i.test(ruleId) || found.length < 8 || isExample(text, found)) continue
      return sureOf('secret', ruleId.replace(/^.*secretlint-rule-/, ''))
    }
  } catch {
    // One signal among ours: a rule that stumbles over a text says nothing about it.
  }
  return undefined
}

const SETTINGS =
  /^(?:env|ini|cfg|conf|config|properties|toml|yml|yaml|json|json5|xml|plist|rc|tfvars|tfstate|local|prod|production|dev|staging|secrets?|credentials?|netrc|pgpass|npmrc|pypirc|)$/

function assignedSecrets(
  text: string,
  { extension, lowName, code }: SecretContext,
): PrivateFinding | undefined {
  if (
    /(?:^|[/.])(?:pgpass|my\.cnf)$/.test(lowName) &&
    /^[^:\n#]{1,80}:[^:\n]{1,8}:[^:\n]{1,60}:[^:\n]{1,60}:.{3,}$/m.test(text)
  )
    return sureOf('secret', 'pgpass')
  const settings = SETTINGS.test(extension) || /^\.?(?:env|secrets?|credentials?|config)\b/.test(lowName)
  const list = /<(?:plist|dict|key)>|<plist\s/.test(text.slice(0, 2_000)) ? assignedInList(text) : undefined
  if (list !== undefined && list !== '')
    return sureOf('secret', 'assigned', { count: 1, masked: masked(list) })
  let count = 0
  let strongest = 0
  let looked = 0
  let sample = ''
  const assignments =
    settings && !code
      ? [...text.matchAll(ASSIGNED), ...text.matchAll(ASSIGNED_CAMEL)]
      : text.matchAll(ASSIGNED)
  for (const [, name = '', quote, written = ''] of assignments) {
    if (++looked > 2_000) break
    const value = written.replace(/[)\]}]+$/, '')
    if (NO_VALUE.test(value) || value.length < 4 || (/^[a-z_.]+$/i.test(value) && value.length < 12 && code))
      continue
    if (/(?:hash|salt|id)$/i.test(name) && !/secret|token|key/i.test(name)) continue
    if (/[()<>{}|\\]|::|->|=>|\.\w+\(|:.*:/.test(value) || /^(?:http|\/|\.\/|@|&|\*)/.test(value)) continue
    const strength = strengthOf(value)
    // In code, names of secrets are assigned other names all the time: only what looks random counts.
    if (strength < (settings ? 2 : 3) || (code && quote === '')) continue
    count++
    sample ||= value
    strongest = Math.max(strongest, strength)
  }
  if (count === 0) return undefined
  if (strongest >= 3 || settings) return sureOf('secret', 'assigned', { count, masked: masked(sample) })
  return undefined
}

/** 0 a word, 2 a password, 3 random. */
function strengthOf(value: string): number {
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((kind) => kind.test(value)).length
  if (/^[A-Za-z]+(?:[_-][A-Za-z]+)*$/.test(value)) return 0
  if (/^[A-Z][A-Z0-9_]+$/.test(value) && value.includes('_')) return 0
  if (value.length >= 20 && kinds >= 2 && entropy(value) > 3.3) return 3
  if (value.length >= 12 && kinds >= 3 && entropy(value) > 3) return 3
  if (value.length >= 6 && kinds >= 2) return 2
  return 1
}

function entropy(value: string): number {
  const counts = new Map<string, number>()
  for (const sign of value) counts.set(sign, (counts.get(sign) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length)
  return bits
}

/** Notes of passwords are short; the length of a long one is looked at. */
const NOTES_CHARS = 80_000

const NOTE_VALUE =
  /^\s{0,3}(?:\([^)\n]{0,30}\)\s{0,2})?(?:[:：=]|[\p{L}\p{M} '._-]{1,30}[:：=]|\sis\s|\s?[-–—>]{1,2}\s|\t|ist:?\s|は[:：]?\s?)\s{0,8}(\S{3,80})(?:[^\S\n]|\n|$)/u

/** Notes of people: `password: hunter2`, `mot de passe : …`, in any language; pairs of user and password; PINs. */
function passwordNotes(text: string): PrivateFinding[] {
  const looked = folded(text.slice(0, NOTES_CHARS))
  let labels = 0
  let accounts = 0
  for (const { at, end, meaning } of lexicon().find(looked)) {
    if (meaning.part === 'account') accounts++
    if (meaning.part !== 'password') continue
    const rest = looked.slice(end, end + 130)
    const value = NOTE_VALUE.exec(rest)?.[1]
    if (value === undefined || NO_VALUE.test(value) || /^[_.*•…-]{2,}$/.test(value)) continue
    // A common word: only `pass: …1` will do.
    if (/^(?:pass|code|kod|pw|losen)$/.test(meaning.key) && !/^\s?[:=]\s?\S{0,30}\d/.test(rest)) continue
    // A PIN is digits; `Pin: release` is not one.
    if (/^pin(?:$|[- ])/.test(meaning.key) && !/^\d{4,8}$/.test(value)) continue
    const begins = /(?:^|[\n\t,;|/*•-])[^\S\n]{0,4}["']?(?:[\p{L}\p{M}\d .()'-]{0,40}\s)?$/u.test(
      looked.slice(Math.max(0, at - 48), at),
    )
    if (!begins) continue
    // A word of a sentence is no password; a line that ends there may be.
    const proper = /\d|[^\p{L}\p{M}\d]/u.test(value) && !/^[\p{L}\p{M}]+[.,;:!?)]$/u.test(value)
    const endsLine = /^\s{0,3}\S{0,3}[^\n]{0,12}?(?:\n|$)/.test(
      rest.slice(rest.indexOf(value) + value.length),
    )
    if (proper || (endsLine && /^[\p{L}\p{M}]{4,30}$/u.test(value) && accounts > 0)) labels++
  }
  if (labels >= 2 || (labels === 1 && accounts > 0))
    return [maybe('password-store', 'notes', { count: labels })]
  if (labels === 1) return [maybe('secret', 'note')]
  return loginPairs(text)
}

/** `name@mail.example:secret`, one a line: what leaked lists and careless notes look like. */
function loginPairs(text: string): PrivateFinding[] {
  let pairs = 0
  let lines = 0
  for (const line of text.slice(0, 100_000).split('\n')) {
    if (line.trim() === '') continue
    lines++
    if (/^[\w.+-]{2,40}@[\w-]{2,40}\.[\w.]{2,20}\s?[:|;,/\t ]\s?[^\s:|;,@]{4,40}$/.test(line.trim())) pairs++
  }
  return pairs >= 2 && pairs >= lines * 0.5 ? [maybe('password-store', 'pairs', { count: pairs })] : []
}
