// Names that programs give to what they keep: `wallet.dat`, `logins.json`, `msgstore.db.crypt15`, `takeout-….zip`, and hidden files.

import { maybe, type PrivateClass, type PrivateFinding, sureOf } from '../finding.ts'

const NAMED: readonly (readonly [RegExp, PrivateClass, string])[] = [
  [
    /^(?:wallet(?:\.\d+)?|seed\.seco|multibit|armory_.*|default_wallet|electrum.*)\.(?:dat|wallet|aes\.json|bak|seco)$|^utc--\d{4}-|^.*\.keys$|^.*\.(?:multibit|bitcoinwallet)$|^keystore_m_/,
    'wallet',
    'name',
  ],
  [
    /^(?:\.env(?:\.(?!example|sample|template|dist|defaults?)[\w.]+)?|.*\.env|\.netrc|_netrc|\.pgpass|pgpass\.conf|\.my\.cnf|\.pypirc|\.git-credentials|\.htpasswd|\.s3cfg|\.boto|\.dockercfg|\.vault-token|\.terraformrc|terraform\.tfstate(?:\.backup)?|.*\.tfvars|wp-config\.php|credentials\.xml|master\.key|credentials(?:\.(?:csv|json|ini|txt|ya?ml|db))?|secrets?\.(?:ya?ml|json|toml|env|txt|ini)|client_secrets?.*\.json|accesskeys?\.csv|rootkey\.csv|shadow|gshadow|sam|ntds\.dit|.*\.rdp|.*\.pcf|filezilla\.xml|sitemanager\.xml|recentservers\.xml|winscp\.ini|unattend\.xml|.*\.mobileprovision)$/,
    'secret',
    'name',
  ],
  [
    /^.*\.(?:pst|ost|mbox|mbx|emlx|dbx|eml|olm|msf|nsf|tnef)$|^winmail\.dat$|^(?:inbox|sent|drafts|trash|junk)(?:\.msf)?$/,
    'mail',
    'name',
  ],
  [
    /^.*\.crypt\d{1,2}$|^(?:_chat|whatsapp(?: |-|_)chat.*|chat(?: |-|_)(?:export|history|log|backup).*|sms[-_ ]?backup.*|signal-\d{4}-.*\.backup|.*чат.*whatsapp.*|.*chat de whatsapp.*|(?:.*[-_ ])?whatsapp.*(?:chat|чат|sohbet|discussion|gespräch|conversa|конверс).*|kakaotalk.*)(?:\.\w+)?$/,
    'messages',
    'name',
  ],
  [
    /^.*\.(?:vcf|vcard|ldif|contact|wab|pab|abbu|abcddb|mab)$|^(?:contacts|address[-_ ]?book|kontakte|contactos|contatti|contatos|kontakty|контакты|контакти|adresář|連絡先|联系人|通讯录|通訊錄|연락처|주소록|adressbuch|carnet d'adresses|rubrica|kontaktliste|yhteystiedot|rehber|جهات الاتصال|אנשי קשר)(?:[-_ .].*)?\.(?:csv|xlsx?|ods|txt|json|xml|pdf|docx?)$/,
    'contacts',
    'name',
  ],
  [
    /^.*\.(?:har)$|^(?:cookies|cookies?-.*)\.(?:txt|json)$|^(?:bookmarks|browsing[-_ ]?history|browserhistory|history)(?:[-_.].*)?\.(?:json|html|csv|plist)$|^(?:sessionstore|recovery)\.(?:jsonlz4|js|baklz4)$/,
    'browser-data',
    'name',
  ],
  [
    /^.*\.(?:ab|tibx?|vbk|vib|bkf|wbfs|dmp|adb|backupdb|sparsebundle|sparseimage|spi|nb[uhf]|cbk|mddata|tmbackup)$|^(?:takeout-\d{8}t.*|.*(?:^|[-_ .])(?:full|phone|iphone|android|disk|system|server|home|laptop|nas|db|database|website)[-_ ]?(?:backup|dump|image).*|backup[-_ ]?(?:of|20\d\d).*|.*[-_ ](?:backup|dump)[-_ ]?20\d\d.*|(?:sicherung|sauvegarde|copia de seguridad|backup|бэкап|резервная копия|резервна копія|kopia zapasowa|záloha|バックアップ|备份|備份|백업|نسخة احتياطية|גיבוי|yedek)(?:[-_ .].*)?)\.(?:zip|tar|gz|tgz|7z|rar|img|iso|sql|bak|dmg|vhdx?|dd|raw|e01|vmdk|qcow2|xz|zst|bz2)$|^(?:manifest\.mbdb)$/,
    'backup',
    'name',
  ],
  // Programs of tax: American and Canadian ones put the year in, German, Brazilian, Hungarian, Polish, Japanese, Australian ones have theirs.
  [
    /\.(?:tax\d{0,4}|t(?:0[5-9]|[12]\d)|(?:0[5-9]|[12]\d)[tr]|u(?:0[5-9]|[12]\d)|ta[0-9]|elfo|steuer(?:20)?\d\d|steuerfall\d{2,4}|wiso|wisosteuer|sse\d{2,4}|enyk|xtx|dc[0-9]|etax|ztax|vaudtax|getax|taxme|ib\d\d|h?r?blocktax)$|-irpf-.*\.(?:dec|rec|dbk)$|^(?:elster|turbotax|taxact|taxcut|irpf).*\.(?:pdf|xml|zip|bak)$/,
    'tax',
    'program',
  ],
  // Programs that keep accounts, and what banks hand out for them.
  [
    /\.(?:qbw|qbb|qbm|qbo|qby|qba|qbx|qdf|qdb|qel|qph|qsd|qfx|qif|qxf|quicken|quickendata|mny|mbf|gnucash|xac|kmy|kmymoney|xhb|skg|moneydance|moneydancearchive|bank[678]|ibank|moneywell|mmb|emb|amj|ynab[34]?|y4backup|gsb|grisbi|hledger|beancount|ofx|ofc|mt9?40|940|bai2|n43|q43|aeb43|dtaus|camt\d{0,3}|ptb|myo|myox|myob|saj|1cd|lexware|banktivity|budget|homebank|buddi\d?|jgnash|moneymoney|starmoney)$/,
    'bank-account',
    'program',
  ],
  // Records of health as surgeries and tests of genes hand them out.
  [
    /\.(?:dcm|dicom|hl7|ccda|bdt|ldt|gdt|fhir)$|^(?:genome[-_ ].*|.*(?:23andme|ancestrydna|myheritage[-_ ]?(?:raw|dna)|ftdna|livingdna).*)\.(?:txt|csv|zip|gz|vcf|bed|bam)$|^(?:.*[-_ ])?(?:raw[-_ ]?dna|dna[-_ ]?raw|dna[-_ ]?data)(?:[-_ .].*)?\.(?:txt|csv|zip|gz)$/,
    'medical',
    'program',
  ],
  [
    /^(?:\.bash_history|\.zsh_history|\.python_history|\.mysql_history|\.psql_history|\.sqlite_history|\.node_repl_history|\.lesshst|\.viminfo|\.wget-hsts|consolehost_history\.txt|fish_history|\.rediscli_history)$/,
    'secret',
    'history',
  ],
  [
    /^(?:recovery|backup|2fa|mfa|totp)[-_ ]?codes?(?:[-_ .].*)?\.(?:txt|pdf|docx?|png|jpe?g|csv)$|^.*[-_ ](?:recovery|backup)[-_ ]?codes?\.(?:txt|pdf|docx?|png|jpe?g)$|^(?:bitlocker recovery key.*|emergency[-_ ]?kit.*|1password emergency kit.*)\.(?:txt|pdf)$/,
    'secret',
    'codes',
  ],
  [
    /^(?:.*[-_ ])?(?:seed|seed[-_ ]?phrase|recovery[-_ ]?phrase|mnemonic|seedphrase|сид[-_ ]?фраза|助记词|助記詞|니모닉|リカバリーフレーズ)(?:[-_ .].*)?\.(?:txt|docx?|pdf|png|jpe?g|md|odt|rtf)$/,
    'wallet',
    'seed-name',
  ],
]

export function programNameFindings(lowName: string): PrivateFinding[] {
  if (/(?:example|sample|template|demo|\.dist$)/.test(lowName)) return []
  for (const [form, kind, what] of NAMED) if (form.test(lowName)) return [maybe(kind, what)]
  return []
}

/** Hidden, but part of every project, and meant to be seen. */
const PUBLIC_HIDDEN =
  /^\.(?:git(?:ignore|attributes|modules|keep|hub|lab-ci\.yml|blame-ignore-revs|mailmap)|mailmap|keep|nojekyll|editorconfig|eslintrc.*|eslintignore|prettierrc.*|prettierignore|stylelintrc.*|babelrc.*|browserslistrc|npmignore|nvmrc|node-version|python-version|ruby-version|tool-versions|dockerignore|flake8|pylintrc|coveragerc|pre-commit-config\.yaml|travis\.yml|gitlab-ci\.yml|circleci|codecov\.yml|clang-format|clang-tidy|rubocop\.yml|rspec|yarnrc.*|swcrc|mocharc.*|nycrc.*|jshintrc|jscsrc|luacheckrc|markdownlint.*|yamllint.*|helmignore|hgignore|hgtags|bzrignore|cvsignore|vscodeignore|gcloudignore|slugignore|well-known|htaccess|nomedia|env\.(?:example|sample|template|dist|defaults?)|project|classpath|travis\.yaml|rustfmt\.toml|gitpod\.yml|readthedocs\.ya?ml|all-contributorsrc|lgtm\.yml|size-limit.*|commitlintrc.*|huskyrc.*|lintstagedrc.*|releaserc.*|npmrc|gemspec|yardopts|document|ackrc|ctags|inputrc|vimrc|tmux\.conf|screenrc|emacs|gvimrc|dir_colors|latexmkrc|jsbeautifyrc|watchmanconfig|buckconfig|flowconfig|bowerrc|styleci\.yml|php[-_]cs.*|scrutinizer\.yml|appveyor\.yml|drone\.yml|hound\.yml|dependabot|renovaterc.*|solhint.*|cspell.*|textlintrc.*|remarkrc.*|sequelizerc|eleventyignore|parcelrc|postcssrc.*|terser.*|gitconfig\.example)$/

export function hiddenFindings(components: readonly string[]): PrivateFinding[] {
  const name = components[components.length - 1] ?? ''
  const inGit = components.slice(0, -1).includes('.git')
  const hidden = components.find(
    (component) => component.startsWith('.') && component.length > 1 && !PUBLIC_HIDDEN.test(component),
  )
  if (inGit) return [sureOf('hidden-file', 'git')]
  if (hidden !== undefined) return [sureOf('hidden-file', hidden === name ? 'file' : 'in-folder')]
  if (/^(?:thumbs\.db|ehthumbs\.db)$/i.test(name)) return [maybe('hidden-file', 'thumbnails')]
  if (/^~\$|^~wrl\d+\.tmp$/i.test(name)) return [maybe('hidden-file', 'lock')]
  return []
}
