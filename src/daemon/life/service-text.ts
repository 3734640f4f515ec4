// What the service managers of the systems are told about Shoal: a systemd user unit, a launchd agent, a task of Windows. Pure.
// Each runs `shoal start --foreground` on the Node it was installed by, restarts it when it fails, and lets it end in order.

export interface ServiceFacts {
  /** Absolute: the Node that runs it. */
  readonly node: string
  /** Absolute: bin/shoal. */
  readonly launcher: string
  /** Only where it is not the usual one. */
  readonly stateFolder: string | undefined
}

export const UNIT_NAME = 'shoal.service'
export const AGENT_LABEL = 'net.shoal.daemon'
export const TASK_NAME = 'Shoal'

/** SAFETY.md G19: it ends within ten seconds by itself; twice that is a process that hangs. */
const STOP_SECONDS = 20

/**
 * What confines it here works without root and on every kernel of the last years. More (ProtectSystem, ProtectHome) needs
 * user namespaces, which many systems refuse, and would hide the folders that things are shared from and saved to.
 */
const CONFINEMENT = [
  'NoNewPrivileges=yes',
  'LockPersonality=yes',
  'RestrictRealtime=yes',
  'RestrictSUIDSGID=yes',
  'RestrictNamespaces=yes',
  'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
  'SystemCallArchitectures=native',
  'SystemCallFilter=@system-service',
  'SystemCallErrorNumber=EPERM',
]

export function systemdUnit(facts: ServiceFacts): string {
  return `${[
    '[Unit]',
    'Description=Shoal shares files computer to computer',
    'StartLimitIntervalSec=60',
    'StartLimitBurst=5',
    '',
    '[Service]',
    '# Told by systemd-notify, a process of its own: Node has no datagrams on Unix sockets.',
    'Type=notify',
    'NotifyAccess=all',
    `ExecStart=${wordsOf(facts).map(systemdWord).join(' ')}`,
    'ExecReload=/bin/kill -HUP $MAINPID',
    'Restart=on-failure',
    'RestartSec=5',
    `TimeoutStopSec=${STOP_SECONDS}`,
    ...CONFINEMENT,
    '',
    '[Install]',
    'WantedBy=default.target',
  ].join('\n')}\n`
}

export function launchdAgent(facts: ServiceFacts): string {
  const words = wordsOf(facts).map((word) => `    <string>${xml(word)}</string>`)
  return `${[
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
    '<dict>',
    '  <key>Label</key>',
    `  <string>${AGENT_LABEL}</string>`,
    '  <key>ProgramArguments</key>',
    '  <array>',
    ...words,
    '  </array>',
    '  <key>RunAtLoad</key>',
    '  <true/>',
    '  <key>KeepAlive</key>',
    '  <dict>',
    '    <key>SuccessfulExit</key>',
    '    <false/>',
    '  </dict>',
    '  <key>ThrottleInterval</key>',
    '  <integer>5</integer>',
    '  <key>ExitTimeOut</key>',
    `  <integer>${STOP_SECONDS}</integer>`,
    '  <key>ProcessType</key>',
    '  <string>Background</string>',
    '</dict>',
    '</plist>',
  ].join('\n')}\n`
}

export function windowsTask(facts: ServiceFacts): string {
  const [program = '', ...rest] = wordsOf(facts)
  const words = rest.map((word) => `"${word}"`).join(' ')
  return `${[
    // Of no encoding: what it is saved as depends on the shell that saves it.
    '<?xml version="1.0"?>',
    '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">',
    '  <Triggers><LogonTrigger><Enabled>true</Enabled></LogonTrigger></Triggers>',
    '  <Settings>',
    '    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>',
    '    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>',
    '    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>',
    '    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>',
    '    <RestartOnFailure><Interval>PT1M</Interval><Count>5</Count></RestartOnFailure>',
    '  </Settings>',
    '  <Actions>',
    `    <Exec><Command>${xml(program)}</Command><Arguments>${xml(words)}</Arguments></Exec>`,
    '  </Actions>',
    '</Task>',
  ].join('\n')}\n`
}

function wordsOf({ node, launcher, stateFolder }: ServiceFacts): string[] {
  const words = [node, launcher, 'start', '--foreground']
  return stateFolder === undefined ? words : [...words, '--state-dir', stateFolder]
}

/** systemd.service(5), Command lines: quoted, with its own specifiers and variables written as themselves. */
function systemdWord(word: string): string {
  const literal = word.replaceAll('%', '%%').replaceAll('$', '$$$$')
  return /^[\w@+,./:=-]+$/.test(literal) ? literal : `"${literal.replace(/["\\]/g, '\\$&')}"`
}

function xml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
