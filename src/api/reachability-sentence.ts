// Whether others can reach us, as sentences with what would help. Codes come from the engine's judgement (session/reachability.ts).

interface WayReport {
  readonly way: string
  readonly answer: string
  readonly because: string
  readonly wouldHelp: readonly string[]
}

export interface ReachReport {
  readonly answer: string
  /** The whole in one line. */
  readonly sentence: string
  /** A line for each transport and family that is listened on. */
  readonly ways: readonly string[]
  /** What would help, best first; none when others can come or when it is too early to say. */
  readonly wouldHelp: readonly string[]
}

const WAY_NAMES: Readonly<Record<string, string>> = {
  tcp4: 'TCP over IPv4',
  tcp6: 'TCP over IPv6',
  utp4: 'UDP over IPv4',
  utp6: 'UDP over IPv6',
}

const REASONS: Readonly<Record<string, string>> = {
  NOT_LISTENING: 'nothing listens there',
  STRANGERS_CAME: 'somebody connected to you',
  NOBODY_CAME: 'peers were told where you are, and nobody came',
  NOBODY_MET: 'nobody outside was met there yet',
  TOO_EARLY: 'too early to say',
}

const REMEDIES: Readonly<Record<string, string>> = {
  MAP_PORT: 'let your router forward the port: switch UPnP or NAT-PMP on in it, or forward it by hand',
  PROVIDER_NAT:
    'your router forwards the port, and something before it does not: ask your provider for an address of your own, or use IPv6',
  OPEN_FIREWALL: 'your address is a public one; let the port through your firewall',
  LISTEN: 'listen on a port',
}

const ANSWERS: Readonly<Record<string, string>> = {
  yes: 'Others can reach you',
  no: 'Others cannot reach you; you still reach those who can be reached, and through them many who cannot',
  unknown: 'Not known yet whether others can reach you',
}

/** Until when nothing goes out at all; by the codes of a way out. */
const OUT_AGAIN: Readonly<Record<string, string>> = {
  PROXY_DOWN: 'the proxy answers',
  PROXY_LOGIN: 'the proxy accepts the user and password',
  PROXY_NOT_ONE: 'a proxy answers there',
  INTERFACE_GONE: 'the interface is there',
}

/** @param trouble of the way out: while there is one we reach nobody, and what others could do is no question */
export function explainReach(
  judgement: { readonly answer: string; readonly ways: readonly WayReport[] },
  trouble: { readonly code: string } | null = null,
): ReachReport {
  if (trouble !== null) {
    const until = OUT_AGAIN[trouble.code] ?? 'the way out that you set works'
    return { answer: 'no', sentence: `Nothing goes out until ${until}`, ways: [], wouldHelp: [] }
  }
  const { answer } = judgement
  const listened = judgement.ways.filter(({ because }) => because !== 'NOT_LISTENING')
  const considered = listened.length > 0 ? listened : judgement.ways
  const remedies = considered.flatMap(({ wouldHelp }) => wouldHelp)
  return {
    answer,
    sentence: ANSWERS[answer] ?? answer,
    ways: listened.map(
      (way) =>
        `${WAY_NAMES[way.way] ?? way.way}: ${way.answer}, ${REASONS[way.because] ?? way.because.toLowerCase()}`,
    ),
    wouldHelp: answer === 'yes' ? [] : [...new Set(remedies)].map((code) => REMEDIES[code] ?? code),
  }
}
