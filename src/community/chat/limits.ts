// What one circle's chat may hold and how fast it may grow; each limit with its reason.

/** COMMUNITY.md: an entry is at most 64 KiB, a text 4 KiB, and names at most 8 heads. */
export const MAX_ENTRY_BYTES = 64 * 1_024
export const MAX_TEXT_BYTES = 4_096
export const MAX_DEPENDENCIES = 8
/** Design: of a folder's list what is longer is a content of its own; direct messages have 16 KiB for all. */
export const MAX_OFFER_BYTES = 32 * 1_024
/** api/schemas/people.ts: 64 characters of up to four bytes. */
export const MAX_NAME_BYTES = 256
/** api: 16 characters; families with skin tones take some 40 bytes. */
export const MAX_EMOJI_BYTES = 64
export const MAX_MENTIONS = 32
/** Different ones on one message; more would be no reaction but a text. */
export const MAX_EMOJIS = 32
/** Rooms that count: those made first. */
export const MAX_ROOMS = 256
/** Design: an author 10 entries/s, burst 50, 5,000 a day; by the times that its entries say, so that all judge alike. */
export const ENTRIES_PER_SECOND = 10
export const ENTRIES_BURST = 50
export const ENTRIES_PER_DAY = 5_000
export const DAY_SECONDS = 86_400
/** Clocks differ; an entry from further ahead waits until its time has come. */
export const MAX_AHEAD_SECONDS = 600
/** A circle never has this many entries in all; who leaps further waits, so that the number never runs out. */
export const MAX_LAMPORT_LEAP = 2 ** 28
export const MAX_LAMPORT = Number.MAX_SAFE_INTEGER - 2 ** 30
/** Seqs are 32 bits in vectors. */
export const MAX_SEQ = 2 ** 32 - 2
/** Until when a time can be written: far beyond any clock. */
export const MAX_SECONDS = 2 ** 40
