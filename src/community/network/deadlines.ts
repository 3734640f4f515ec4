// How long each step of a link may take, and how much may lie in its buffers.

/** A TCP or uTP connection, and the handshake on it: members on other continents answer within a second. */
export const DIAL_MS = 4_000
export const HANDSHAKE_MS = 6_000
/** All addresses of one device. */
export const DIAL_ALL_MS = 20_000
export const NEGOTIATION_MS = 5_000
/** After the handshake, until the people stream is there: else it is nobody of ours. */
export const STREAM_MS = 10_000
/** A link that is silent is asked for a word; one that gives none is over. */
export const PING_EVERY_MS = 15_000
export const PING_TIMEOUT_MS = 10_000

/** COMMUNITY.md: 8 inbound streams a protocol. */
export const STREAMS_PER_PROTOCOL = 8
/** Of all protocols: two of ours, relayed ones, ping and identify. */
export const STREAMS_PER_CONNECTION = 24
/** COMMUNITY.md: 64 KiB stream buffers. Above it nothing more is taken for sending. */
export const STREAM_BUFFER_BYTES = 64 * 1024
/** Yamux gives every stream a window of 256 KiB to begin with, by its protocol; it never grows here. */
export const WINDOW_BYTES = 256 * 1024
