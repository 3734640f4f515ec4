// Every number of uTP with its reason. Sizes are UDP payloads: the 20 bytes of the uTP header count, IP and UDP do not.

// ── Congestion (BEP 29, RFC 6817) ────────────────────────────────────────────────────────────────────

/** BEP 29, CCONTROL_TARGET: the queueing delay that we add at most. */
export const TARGET_DELAY_MS = 100

/** BEP 29, MAX_CWND_INCREASE_PACKETS_PER_RTT: the other clients grow by this much a round trip when nothing queues. */
export const GAIN_BYTES_PER_ROUND_TRIP = 3_000

/** Slow start ends when this share of the target is reached: a doubling takes a round trip to be felt. */
export const SLOW_START_SHARE = 0.75

/** RFC 6817, INIT_CWND is free: a handshake and a bitfield leave at once, and nobody is flooded. */
export const INITIAL_WINDOW_BYTES = 5_600

/** RFC 6817, MIN_CWND: two packets, so that one lost does not stop the flow of acks. */
export const LEAST_WINDOW_PACKETS = 2

/** BEP 29: minutes of which the least delay is kept. Long enough to find a pause of others, short enough for drift. */
export const BASE_DELAY_MINUTES = 13

/** RFC 6817, CURRENT_FILTER: the least of so many samples is the delay now; one late packet is no queue. */
export const CURRENT_DELAY_SAMPLES = 4

/** A base delay that falls by more than this in one step is a new path, not the drift of clocks (libutp does the same). */
export const MOST_DRIFT_US = 10_000

// ── Time ────────────────────────────────────────────────────────────────────────────────────────────

/** BEP 29: the first timeout, and the least. */
export const INITIAL_TIMEOUT_MS = 1_000
export const LEAST_TIMEOUT_MS = 500
/** Backing off stops here: a path that comes back is noticed soon. */
export const MOST_TIMEOUT_MS = 15_000

/** The other side said nothing for this long though an answer is due: it is gone. Eight timeouts and more. */
export const SILENCE_MS = 60_000

/** A single packet is acked after this at the latest, if no second packet and nothing to send comes before. */
export const ACK_DELAY_MS = 20

/** A packet that is not full waits this long for more bytes while others are on their way. */
export const COALESCE_MS = 10

/** Nothing sent for this long: a word, so that routers on the way keep the mapping (30 s in many; BEP 29's clients say 29). */
export const KEEP_ALIVE_MS = 29_000

/** How long a closed connection sees to it that its last bytes arrive; the same as TCP's flush here. */
export const LINGER_MS = 5_000

// ── Sizes ───────────────────────────────────────────────────────────────────────────────────────────

/** 1,500 of Ethernet less IPv6 and UDP headers (48) leaves 1,452; 52 more for PPPoE, tunnels and VPNs. */
export const MOST_PACKET_BYTES = 1_400
/** IPv6's least MTU of 1,280 (RFC 8200) less 48: what nearly every path carries. */
export const COMMON_PACKET_BYTES = 1_232
/** IPv4's 576 that every host takes in (RFC 1122) less 28. */
export const LEAST_PACKET_BYTES = 548
/** What a probe is longer at least: two extensions, one of them with eight bytes (see writePadding). */
export const LEAST_PADDING_BYTES = 12
/** Searching for a better size ends when less than this could be won: half of it must be room for padding. */
export const PROBE_STEP_BYTES = 2 * LEAST_PADDING_BYTES
/** Losses of one size before it counts as too big: one may be chance. */
export const PROBES_PER_SIZE = 3
/** A path that got narrower may widen again (RFC 4821: ten minutes). */
export const PROBE_AGAIN_MS = 600_000

/** What we take in and nobody has read: the window that we offer. */
export const RECEIVE_WINDOW_BYTES = 1_048_576
/** What is on its way to the other side at most, whatever it offers. */
export const SEND_WINDOW_BYTES = 1_048_576
/** Packets in either of these, a power of two: 1 MiB in packets of 1,400 is 750. */
export const WINDOW_PACKETS = 1_024
/** One bit for each packet that can be missing an ack. */
export const MOST_SACK_BYTES = WINDOW_PACKETS / 8
/** There are three known extensions; probes are padded with one of them and up to four of an unknown one. */
export const MOST_EXTENSIONS = 8

// ── Loss ────────────────────────────────────────────────────────────────────────────────────────────

/** BEP 29: a packet is lost when three sent after it have arrived. */
export const OVERTAKEN_BY = 3
/** Losses in a row that were none by mistake, until packets are expected in order again (RFC 8985 says 16). */
export const LOSSES_UNTIL_STRICT = 16
/** Timeouts in a row after which packets may be too big for the path. */
export const TIMEOUTS_UNTIL_SMALL = 3

// ── Strangers ───────────────────────────────────────────────────────────────────────────────────────

/** Strangers that said SYN and have not shown that they hear us; when there are more the oldest goes. */
export const MOST_HALF_OPEN = 64
/** A SYN that is not followed by anything within this is forgotten; the other side repeats it three times until then. */
export const HALF_OPEN_MS = 8_000
/** SAFETY.md: 50 accepts a second; twice that at once. */
export const SYNS_PER_SECOND = 50
export const SYNS_AT_ONCE = 100
/** Answers of 20 bytes to packets of nobody we know. */
export const RESETS_PER_SECOND = 50
export const RESETS_AT_ONCE = 100
/** Guesses of the 16 bits that prove an address, until the SYN is forgotten. */
export const WRONG_PROOFS = 3
