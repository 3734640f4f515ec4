// Figures of the DHT, each with its source. SAFETY.md's limits come first; BEP 5 and the others where it says nothing.

/** BEP 5: nodes in a bucket, and how many of the closest are looked for and announced to. */
export const K = 8
/** Queries of one lookup that are under way at once; Kademlia's alpha, a little impatient. */
export const ALPHA = 4

/** One datagram, what is received: a value of 1,000 bytes (BEP 44) with nodes of both families beside it fits. */
export const MAX_DATAGRAM_BYTES = 2_048
/** BEP 32: what we answer, so that nothing is fragmented and nobody is flooded through us. */
export const MAX_REPLY_BYTES = 1_024
/** SAFETY.md: with a value of 1,000 bytes (BEP 44), which leaves room for two nodes. */
export const MAX_ITEM_REPLY_BYTES = 1_280
/** Deepest that any message goes, with room: a put's value may be a structure of its own. */
export const MAX_MESSAGE_DEPTH = 12
export const MAX_MESSAGE_TOKENS = 600

/** Afterwards another is asked beside it; most answer within half a second. */
export const SOFT_TIMEOUT_MS = 1_000
/** Afterwards it has failed. */
export const HARD_TIMEOUT_MS = 4_000
/** Queries under way at once, all lookups together: a bound for memory, not reached in ordinary use. */
export const MAX_TRANSACTIONS = 1_000

/** BEP 5: a node not heard of for this long is questionable, and a bucket without change is refreshed. */
export const QUESTIONABLE_MS = 15 * 60_000
/** A little before, it is asked: so that what we tell of is good, and a whole table need not be asked at once. */
export const ASK_AFTER_MS = 12 * 60_000
/** Who did not answer is asked again after this. */
export const ASK_AGAIN_MS = 90_000
/** BEP 5: after so many unanswered queries in a row a node is bad. */
export const MAX_FAILURES = 2
/** What is due is looked for this often. */
export const UPKEEP_MS = 30_000
/** Pings of one upkeep: the whole table in a quarter of an hour. */
export const PINGS_PER_UPKEEP = 6

/** Nodes of one public network (/24, /48) in the table, and among the closest of a lookup: Sybils are cheap in one. */
export const MAX_PER_NETWORK = 2

/** BEP 5: the secret of tokens changes every five minutes, and those of the last one are honoured. */
export const TOKEN_ROTATION_MS = 5 * 60_000

/** SAFETY.md, incoming queries a second: per address (burst), per network, in all. */
export const PER_HOST = { perSecond: 5, burst: 20 } as const
export const PER_NETWORK = { perSecond: 25, burst: 100 } as const
export const IN_ALL = { perSecond: 200, burst: 400 } as const
/** SAFETY.md: 8 kB/s of answers; a burst of four seconds. */
export const REPLY_BYTES = { perSecond: 8_000, burst: 32_000 } as const
/** Senders remembered for the limits above; the one heard of least recently is forgotten first. */
export const MAX_SENDERS = 4_000

/** SAFETY.md: torrents and peers of each that are kept for others. */
export const MAX_TORRENTS = 2_000
export const MAX_PEERS_PER_TORRENT = 500
/** Torrents that one public address is kept for: hashes near one node are few of anybody's. */
export const MAX_TORRENTS_PER_HOST = 100
/** Of one public network (/24, /48) in one torrent: SAFETY.md's bound for connections. */
export const MAX_PEERS_PER_NETWORK = 32
/** BEP 5 leaves it open; announces are repeated every quarter of an hour at most, half an hour usually. */
export const PEER_LIFE_MS = 45 * 60_000

/** BEP 44: longest bencoded value and salt. */
export const MAX_VALUE_BYTES = 1_000
export const MAX_SALT_BYTES = 64
/** SAFETY.md. */
export const MAX_ITEMS = 700
export const MAX_ITEMS_PER_HOST = 10
/** BEP 44: kept for two hours after it was last put. */
export const ITEM_LIFE_MS = 2 * 3_600_000
/** Signatures checked for others in a second: each costs about a tenth of a millisecond. */
export const SIGNATURES = { perSecond: 50, burst: 100 } as const

/** BEP 51: seconds that who samples us should wait. */
export const SAMPLE_INTERVAL_S = 300
/** 20 hashes are 400 bytes: they fit beside nodes of both families. */
export const MAX_SAMPLES = 20
