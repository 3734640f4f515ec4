// What the doctor found, as one sentence, and what would help. Codes come from the checks in daemon/doctor, which give each its facts.

import { formatSize } from './format-quantity.ts'

type Data = Readonly<Record<string, string | number | boolean>>

export interface FindingReport {
  readonly sentence: string
  readonly help?: string
}

type Words = string | ((data: Data) => string)

const METHODS: Readonly<Record<string, string>> = { pcp: 'PCP', 'nat-pmp': 'NAT-PMP', upnp: 'UPnP' }

const FORWARD =
  'Switch UPnP, NAT-PMP or PCP on in the router, or forward a port there by hand and use it with --port.'

/** Of a code: what is so, and what would help. */
const TABLE: Readonly<Record<string, { readonly sentence: Words; readonly help?: Words }>> = {
  NETWORK_NONE: {
    sentence: 'This computer is on no network.',
    help: 'Connect it; everything below that needs a network could not be looked at.',
  },
  NETWORK_THERE: { sentence: ({ addresses }) => `This computer is at ${addresses}.` },

  SESSION_FAILED: {
    sentence: ({ why }) => `No session could be opened (${why}), so routers and peers could not be asked.`,
    help: ({ why }) =>
      why === 'PORT_IN_USE' ? 'Choose another --port.' : 'What follows about folders may say why.',
  },
  WAY_OUT: { sentence: ({ way }) => `Everything goes ${way}.` },
  WAY_OUT_DOWN: {
    sentence: ({ way, why }) => `Nothing leaves: ${way} does not carry anything (${why}).`,
    help: 'Mend it, or leave the option out; nothing goes around it meanwhile.',
  },

  LEAK_TEST_AS_TOLD: { sentence: ({ seen }) => `Leaves as told: ${seen}.` },
  LEAK_TEST_OFF: { sentence: 'Off: trying it made no socket.' },
  LEAK_TEST_UNSEEN: {
    sentence: 'No socket was seen, so nothing is shown.',
    help: 'Only Linux lets a program see its own sockets.',
  },
  LEAK_TEST_LEAK: {
    sentence: ({ seen }) => `Leaves another way: ${seen}.`,
    help: 'Pause everything, and tell the makers of Shoal: this must never happen.',
  },

  ROUTER_OFF: { sentence: 'The router was not asked to let others in.' },
  ROUTER_NONE: {
    sentence: 'This computer knows of no router.',
    help: 'Without one there is no way to the Internet; on a local network others reach you all the same.',
  },
  ROUTER_LOOKED_FOR: { sentence: 'The system did not say in time which router it uses.' },
  ROUTER_ASKED: { sentence: (data) => `${router(data)} was asked and has not answered yet.` },
  ROUTER_MAPS: {
    sentence: (data) =>
      `${router(data)} lets others in, by ${METHODS[String(data.method)] ?? 'its own way'}${ports(data)}${at(data)}.`,
  },
  ROUTER_NOT_NEEDED: { sentence: 'This computer has a public address: no router needs to let others in.' },
  ROUTER_SILENT: {
    sentence: (data) => `${router(data)} answers neither PCP nor NAT-PMP nor UPnP.`,
    help: FORWARD,
  },
  ROUTER_REFUSED: { sentence: (data) => `${router(data)} is told not to let others in.`, help: FORWARD },
  ROUTER_NO_ROOM: {
    sentence: (data) => `${router(data)} has no room for another port.`,
    help: 'Remove mappings there that nobody needs, or restart it.',
  },
  ROUTER_CONFLICT: {
    sentence: (data) => `${router(data)} has given every port that was tried to others.`,
    help: 'Choose another --port, or remove old mappings in the router.',
  },
  ROUTER_NOT_SUPPORTED: {
    sentence: (data) => `${router(data)} knows the question and cannot do this.`,
    help: 'Forward a port there by hand and use it with --port.',
  },
  ROUTER_NO_LINE: {
    sentence: (data) => `${router(data)} says that it has no connection to the Internet.`,
    help: 'Look at its line; others on your own network reach you all the same.',
  },
  ROUTER_WRONG_ADDRESS: {
    sentence: (data) =>
      `${router(data)} sees this computer under another address: another router is between.`,
    help: 'Connect to the outer one, or make the inner one a bridge.',
  },
  ROUTER_BAD_ANSWER: {
    sentence: (data) => `${router(data)} answered, and nothing that makes sense.`,
    help: 'Restart or update it, or forward a port there by hand and use it with --port.',
  },

  REACH_PROXIED: {
    sentence: 'Others cannot connect to you: a proxy carries only what begins here.',
    help: 'You still reach everybody who can be reached.',
  },
  REACH_NOT_LISTENING: { sentence: 'no: nothing listens there.' },
  REACH_PROVEN: { sentence: 'yes: somebody from outside came in.' },
  REACH_MAPPED: {
    sentence: ({ externalHost, port }) =>
      `yes: the router lets port ${port} in, and others see you at its address, ${externalHost}.`,
  },
  REACH_PROMISED: {
    sentence: ({ externalHost, port }) =>
      externalHost === undefined
        ? `unknown, and likely: the router lets port ${port} in.`
        : `unknown, and likely: the router lets port ${port} in at ${externalHost}.`,
    help: 'Nobody outside was there to confirm it: with the DHT on, others say where they see you.',
  },
  REACH_SECOND_ROUTER: {
    sentence: ({ externalHost, outsideHost }) =>
      outsideHost === undefined
        ? `no: your router is at ${externalHost}, which is no public address; another one stands before it.`
        : `no: your router is at ${externalHost}, others see you at ${outsideHost}; another one stands between.`,
    help: 'Ask your provider for a public address of your own, use IPv6, or make the second router a bridge.',
  },
  REACH_OWN_ADDRESS: {
    sentence: ({ ownHost, ipv6 }) =>
      `unknown: ${ownHost} is a public address; a firewall${ipv6 === true ? ', here or in the router,' : ''} decides.`,
    help: 'Let the port through it; who has come in is known after a while of sharing.',
  },
  REACH_BEHIND_ROUTER: {
    sentence: 'unknown, and unlikely: a router stands before you and was not made to let others in.',
    help: FORWARD,
  },
  REACH_NO_ADDRESS: {
    sentence: ({ ipv6 }) =>
      ipv6 === true
        ? 'no: this computer has no public IPv6 address.'
        : 'no: this computer has no address that others could use.',
    help: ({ ipv6 }) =>
      ipv6 === true
        ? 'Switch IPv6 on in the router, if your provider has it: it needs no forwarding there.'
        : 'Connect to a network, and do not listen on this computer alone.',
  },

  FIREWALL_LETS_IN: { sentence: 'This computer’s firewall, if there is one, lets others in.' },
  FIREWALL_NONE_KNOWN: {
    sentence: 'No firewall program that could be asked is running here.',
    help: 'Rules made by hand are visible to administrators only: `sudo nft list ruleset` shows them.',
  },
  FIREWALL_ON: {
    sentence: ({ firewall }) => `${firewall} is on; it drops what comes in unless it was told otherwise.`,
    help: ({ firewall, port }) =>
      firewall === 'ufw'
        ? `Use a fixed port and allow it: \`sudo ufw allow ${port}\` with --port ${port}.`
        : `Use a fixed port and allow it: \`sudo firewall-cmd --add-port=${port}/tcp --add-port=${port}/udp\` with --port ${port}.`,
  },
  FIREWALL_ASKS: {
    sentence: 'The system’s firewall asks you, or decides by what you once said about Node.',
    help: 'Allow incoming connections for node in its settings.',
  },

  UDP_NOT_TRIED: {
    sentence: 'Whether UDP gets through was not tried.',
    help: 'It is known as soon as a DHT node can be asked: leave --no-dht out, or name one with --dht-node.',
  },
  UDP_WORKS: { sentence: 'UDP gets out and back.' },
  UDP_SILENT: {
    sentence: ({ datagramsOut, seconds }) =>
      `UDP seems blocked: ${datagramsOut} datagrams got no answer in ${seconds} s.`,
    help: 'Another network, or a provider that lets UDP through; TCP works without it.',
  },
  DHT_OFF: { sentence: 'The DHT is off.' },
  DHT_NOBODY_TO_ASK: {
    sentence: 'The DHT has nobody to begin with.',
    help: 'Name a node with --dht-node, or let the usual public ones be asked.',
  },
  DHT_NOBODY_FOUND: {
    sentence: 'No DHT node could be found by its name.',
    help: 'Look whether names can be resolved here, or name a node by its address with --dht-node.',
  },
  DHT_SILENT: {
    sentence: ({ seconds }) => `No DHT node answered in ${seconds} s.`,
    help: 'Trackers, peers that links name and the local network are found without it.',
  },
  DHT_BEGINS: { sentence: ({ nodes }) => `The DHT answers; ${nodes} of its nodes are known.` },
  DHT_WORKS: { sentence: ({ nodes }) => `The DHT answers; ${nodes} of its nodes are known.` },

  PROVIDER_NOT_TRIED: {
    sentence: 'Whether plain and encrypted connections are treated alike was not tried.',
    help: ({ torrent }) =>
      torrent === true
        ? 'Name a peer that has the torrent: --peer HOST:PORT.'
        : 'Give a link or torrent, and a peer that has it: `shoal doctor LINK --peer HOST:PORT`.',
  },
  PROVIDER_CLEAR: { sentence: ({ peer }) => `Plain and encrypted both get through to ${peer}.` },
  PROVIDER_PLAIN_FAILS: {
    sentence: ({ peer }) =>
      `Encrypted gets through to ${peer}, plain does not: it takes no other, or somebody on the way cuts plain BitTorrent.`,
    help: 'Try a second peer; if it is the same there, use --encryption require.',
  },
  PROVIDER_PLAIN_WORKS: {
    sentence: ({ peer }) => `Plain BitTorrent gets through to ${peer}; it does not answer encrypted.`,
  },
  PEER_UNREACHABLE: {
    sentence: ({ peer }) => `${peer} takes no connection, so nothing can be said of the way there.`,
    help: 'Try a peer that is known to be there.',
  },
  PEER_ANSWERS_NEITHER: {
    sentence: ({ peer }) => `${peer} takes the connection and answers neither plain nor encrypted.`,
    help: 'Most likely it does not have this torrent; ask for one that it has.',
  },

  DISK_GOOD: {
    sentence: ({ folder, freeBytes }) => `${folder} takes and keeps files; ${free(freeBytes)} free.`,
  },
  DISK_LITTLE_SPACE: {
    sentence: ({ folder, freeBytes }) => `${folder} has little room: ${free(freeBytes)} free.`,
    help: 'Make room, or save elsewhere with -o.',
  },
  DISK_SLOW: {
    sentence: ({ folder, syncMs }) => `${folder} is slow: a small file took ${syncMs} ms to be safe.`,
    help: 'Downloads wait for it; a local disk is faster than a network or an old card.',
  },
  DISK_MISSING: {
    sentence: ({ folder }) => `${folder} is not there.`,
    help: 'Make the folder, or mount its disk.',
  },
  DISK_READ_ONLY: {
    sentence: ({ folder }) => `${folder} cannot be written to: its disk is read-only.`,
    help: 'A disk that turned read-only by itself has errors: save what is on it.',
  },
  DISK_DENIED: {
    sentence: ({ folder }) => `${folder} may not be written to.`,
    help: 'Choose a folder of your own, or change its permissions.',
  },
  DISK_FULL: {
    sentence: ({ folder }) => `${folder} is full.`,
    help: 'Make room, or save elsewhere with -o.',
  },
  DISK_FAILED: {
    sentence: ({ folder, why }) => `${folder} failed (${why}).`,
    help: 'Save what is on that disk, then look at it with the system’s tools.',
  },

  SCANNER_GOOD: {
    sentence: ({ version, days }) =>
      `What arrives is checked by ClamAV ${version}, with signatures of ${days === 0 ? 'today' : `${days} days ago`}.`,
  },
  SCANNER_STOPS_SILENTLY: {
    sentence: ({ version }) =>
      `ClamAV ${version} does not say when it stops in the middle of a document, so most documents and programs count as not scanned.`,
    help: 'Put the line `AlertExceedsMax yes` into clamd.conf (Debian: /etc/clamav/clamd.conf) and start clamd again.',
  },
  SCANNER_OLD: {
    sentence: ({ version, days }) => `The signatures of ClamAV ${version} are ${days} days old.`,
    help: 'Start its updater: `sudo systemctl enable --now clamav-freshclam`.',
  },
  SCANNER_NO_SIGNATURES: {
    sentence: ({ version }) =>
      `ClamAV ${version} does not find the standard test file, so what it says is not believed.`,
    help: 'Get its signatures: `sudo freshclam`.',
  },
  SCANNER_STOPPED: {
    sentence: 'The virus scanner does not answer; what arrives is not checked meanwhile.',
    help: 'Start it: `sudo systemctl start clamav-daemon`. What waits is scanned then.',
  },
  SCANNER_NONE: {
    sentence: 'There is no virus scanner here; files are looked at, not virus-checked.',
    help: 'To add one: `sudo apt install clamav-daemon`. It is found by itself.',
  },
  SCANNER_OFF: {
    sentence: 'The virus scanner is switched off.',
    help: 'Switch it on: `shoal config checks.scanner auto`.',
  },

  PEOPLE_RUNNING: {
    sentence: ({ port }) => `People can be met${port === undefined ? '' : `: port ${port}, TCP and UDP`}.`,
  },
  PEOPLE_RESTARTED: {
    sentence: ({ restarts }) => `The part that meets people ended ${restarts} times and was started again.`,
    help: 'Nothing that was answered is lost. `shoal log` says what it ended of.',
  },
  PEOPLE_AWAY: {
    sentence: ({ why }) => `People cannot be met now (${why}).`,
    help: 'It is tried again by itself; transfers go on. `shoal log` says more.',
  },
  PEOPLE_UNUSED: {
    sentence: 'Nobody has a name here yet, so nobody is met.',
    help: 'Begin with `shoal me name NAME`.',
  },
  PEOPLE_SWITCHED_OFF: {
    sentence: 'People and circles are switched off.',
    help: 'Switch them on: `shoal config set people.on true`.',
  },
  PEOPLE_PROXIED: {
    sentence: 'With a proxy nobody is met directly, so people and circles are off.',
    help: 'They work with `network.interface`, which keeps everything on one interface as well.',
  },

  CLOCK_GOOD: { sentence: 'The clock is kept right by the system.' },
  CLOCK_ALONE: {
    sentence: ({ time }) => `Nobody keeps the clock right; it shows ${time}.`,
    help: 'Switch time synchronisation on: `sudo timedatectl set-ntp true`.',
  },
  CLOCK_UNKNOWN: {
    sentence: ({ time }) => `The clock shows ${time}; whether it is kept right, the system does not say.`,
  },
  CLOCK_BEHIND: {
    sentence: ({ time }) => `The clock is wrong: it shows ${time}, before this program was made.`,
    help: 'Set it; trackers behind TLS and dates of files depend on it.',
  },
}

export function explainFinding(code: string, data: Data): FindingReport {
  const words = Object.hasOwn(TABLE, code) ? TABLE[code] : undefined
  if (words === undefined) return { sentence: `${code.toLowerCase().replaceAll('_', ' ')}.` }
  const sentence = said(words.sentence, data)
  return words.help === undefined ? { sentence } : { sentence, help: said(words.help, data) }
}

/** All codes that have words, for the test that no check is without. */
export const FINDING_CODES: readonly string[] = Object.keys(TABLE)

function said(words: Words, data: Data): string {
  return typeof words === 'string' ? words : words(data)
}

function router({ name, gateway }: Data): string {
  return name === undefined ? `The router at ${gateway}` : `The router “${name}” at ${gateway}`
}

function ports({ tcpPort, udpPort }: Data): string {
  if (tcpPort === undefined) return udpPort === undefined ? '' : `: UDP port ${udpPort}`
  if (udpPort === undefined) return `: TCP port ${tcpPort}`
  return tcpPort === udpPort ? `: port ${tcpPort}` : `: TCP port ${tcpPort}, UDP port ${udpPort}`
}

function at({ externalHost }: Data): string {
  return externalHost === undefined ? '' : ` at ${externalHost}`
}

function free(bytes: string | number | boolean | undefined): string {
  return typeof bytes === 'number' ? formatSize(bytes) : 'some room'
}
