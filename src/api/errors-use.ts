// Wrong use of the command line, and what is in the way around it: commands, options, ports, other copies of Shoal.

import { type ErrorTable, given, size, word } from './error-entry.ts'
import { portDenied, portInUse } from './port-sentence.ts'

const SEE_HELP = 'See `shoal help`.'

export const USE_ERRORS: ErrorTable = {
  COMMAND_UNKNOWN: {
    exit: 2,
    message: (data) => `There is no command "${word(data, 'command', '')}".`,
    help: (data) => (data.nearest === undefined ? SEE_HELP : `Did you mean \`shoal ${data.nearest}\`?`),
  },
  OPTION_UNKNOWN: {
    exit: 2,
    message: (data) => `${placeOf(data.command)} has no option ${data.option}.`,
    help: (data) => {
      if (data.nearest !== undefined) return `Did you mean ${data.nearest}?`
      return data.command === undefined ? SEE_HELP : `See \`shoal help ${data.command}\`.`
    },
  },
  OPTION_BEFORE_COMMAND: {
    exit: 2,
    message: (data) =>
      `${data.option} stands before the command, where only options of every command may stand.`,
    help: 'Write the command first, then its options.',
  },
  OPTION_WITHOUT_VALUE: {
    exit: 2,
    message: (data) => `${data.option} needs a value: ${data.option} ${word(data, 'placeholder', 'VALUE')}.`,
    help: (data) =>
      data.found === undefined
        ? SEE_HELP
        : `If ${data.found} is that value, write ${data.option}=${data.found}.`,
  },
  OPTION_TAKES_NO_VALUE: {
    exit: 2,
    message: (data) => `${data.option} takes no value, but was given "${word(data, 'value', '')}".`,
  },
  OPTION_TWICE: {
    exit: 2,
    message: (data) => `${data.option} can be given once, but was given twice.`,
    help: 'Leave one of them out.',
  },
  OPTION_VALUE: {
    exit: 2,
    message: (data) => `${data.option} should be ${data.expects}, but is "${word(data, 'value', '')}".`,
  },
  OPTION_CONFLICT: {
    exit: 2,
    message: (data) => `${data.option} and ${data.other} cannot be used together.`,
    help: (data) => word(data, 'why', 'Leave one of them out.'),
  },
  OPERAND_MISSING: {
    exit: 2,
    message: (data) => `\`shoal ${data.command}\` needs ${data.expects}.`,
    help: (data) => `Use: shoal ${data.usage}`,
  },
  OPERAND_TOO_MANY: {
    exit: 2,
    message: (data) => `\`shoal ${data.command}\` does not know what to do with "${data.operand}".`,
    help: (data) => `Use: shoal ${data.usage}`,
  },
  ONCE_OR_FOR: {
    exit: 2,
    message: '--once and --for both say when to stop.',
    help: 'Give one of them.',
  },
  TRACKER_NEEDS_EVERYONE: {
    exit: 2,
    message: 'A tracker tells strangers what you share, and this share is for people with the link.',
    help: 'Add --to everyone, or leave --tracker out.',
  },
  TRACKER_UNLISTED: {
    exit: 2,
    message: 'This link asks to stay unlisted, and a tracker would tell strangers of it.',
    help: 'Leave --tracker out.',
  },
  INTERRUPTED: {
    exit: 130,
    message: (data) => `You stopped${given(data, 'name', ' ')}${data.name === undefined ? ' this' : ''}.`,
    help: 'Nothing is lost; run the same command to go on.',
    retry: true,
  },
  PORT_IN_USE: {
    exit: 1,
    message: portInUse,
    help: 'Close it, or choose another: `shoal config set network.port N`, or --port.',
    retry: true,
  },
  PORT_DENIED: {
    exit: 1,
    message: portDenied,
    help: 'Choose one above 1023 with --port.',
  },
  NETWORK_FAILED: {
    exit: 1,
    message: (data) => `The network did not do what was asked${given(data, 'errno', ' (', ')')}.`,
    help: 'Is this computer connected?',
    retry: true,
  },
  PROXY_DOWN: {
    exit: 1,
    message: (data) => `The proxy${given(data, 'proxy', ' at ')} does not answer.`,
    help: 'Everything waits; nothing went around it.',
    retry: true,
  },
  PROXY_LOGIN: {
    exit: 1,
    message: (data) => `The proxy${given(data, 'proxy', ' at ')} does not accept this user and password.`,
    help: 'Nothing went around it. Write them as socks5://USER:PASSWORD@HOST:PORT, best in SHOAL_PROXY.',
  },
  PROXY_NOT_ONE: {
    exit: 1,
    message: (data) => `What answers${given(data, 'proxy', ' at ')} is no such proxy.`,
    help: 'Nothing went around it. Is it socks5:// or http://, and is the port right?',
  },
  INTERFACE_GONE: {
    exit: 1,
    message: (data) =>
      `There is no interface or address ${word(data, 'interface', 'of that name')} that is up.`,
    help: 'Everything waits; nothing left by another.',
    retry: true,
  },
  INTERFACE_UNTIED: {
    exit: 1,
    message: (data) =>
      `This system gives Shoal no means to keep everything on ${word(data, 'interface', 'one interface')}, so nothing was started.`,
    help: 'It takes Linux 5.7 or newer and Node 26 (Shoal brings it: `npm ci`). A proxy (--proxy) works everywhere.',
  },
  LEAK_FOUND: {
    exit: 1,
    message: (data) =>
      `Something leaves another way than told: ${word(data, 'what', 'a socket')}${given(data, 'where', ' (', ')')}.`,
    help: 'Do not rely on this proxy or interface with this version, and please report it.',
  },
  IP_FILTER_NOT_ONE: {
    exit: 2,
    message: (data) => `${word(data, 'path', 'The filter')} is not a list of addresses that Shoal can read.`,
    help: 'eMule .dat, PeerGuardian .p2p and .p2b, CIDR and plain ranges are; .gz of them too. Nothing was started.',
  },
  IP_FILTER_TOO_LARGE: {
    exit: 2,
    message: (data) => `${word(data, 'path', 'The filter')} holds more than a list of addresses may.`,
    help: (data) =>
      `A million ranges and ${size(data, 'bytes', 'some')} unpacked, all lists together, are the most. Nothing was started.`,
  },
  IP_FILTER_UNREADABLE: {
    exit: 2,
    message: (data) => `${word(data, 'path', 'The filter')} cannot be read${given(data, 'why', ' (', ')')}.`,
    help: 'Nothing was started.',
  },
  DAEMON_RUNNING: {
    exit: 1,
    message: (data) =>
      `Shoal is already running on this state folder${given(data, 'pid', ' (process ', ')')}.`,
    help: 'Use it, or give --state-dir.',
  },
  INVITE_USED: {
    exit: 1,
    message: 'This invite was for one person and has been used.',
    help: (data) => `Ask ${word(data, 'from', 'whoever invited you')} for a new one.`,
  },
  NODE_TOO_OLD: {
    exit: 1,
    message: (data) => `Shoal needs Node 24; this is ${data.version} and its own copy is not installed.`,
    help: (data) => `Run \`npm ci\` in ${word(data, 'root', "Shoal's folder")}.`,
  },
  NOT_INSTALLED: {
    exit: 1,
    message: (data) =>
      `Shoal is not installed completely: ${word(data, 'missing', 'a part of it')} is missing.`,
    help: (data) => `Run \`npm ci\` in ${word(data, 'root', "Shoal's folder")}.`,
  },
}

function placeOf(command: string | number | boolean | undefined): string {
  return command === undefined ? 'Shoal' : `\`shoal ${command}\``
}
