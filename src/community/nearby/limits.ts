// Every bound of what passes between devices that are near, or that send something to one another.

/** An offer fits a frame of a stranger (1 KiB): card, names, and the first few things in it. */
export const MAX_OFFER_ITEMS = 3
export const MAX_ITEM_NAME_BYTES = 60
export const MAX_PERSON_NAME_BYTES = 80
export const MAX_NOTE_BYTES = 100
export const MAX_KIND_BYTES = 24
/** The list of files itself, told after a yes: as in conversations. */
export const MAX_WHOLE_BYTES = 36 * 1_024
/** 2^53 − 1 bytes in all. */
export const MAX_BYTES = Number.MAX_SAFE_INTEGER
export const MAX_FILES = 1_000_000
export const MAX_PORT = 0xffff

/** Unanswered offers: of one device nobody knows, of one that I know, and of all. */
export const MAX_OFFERS_OF_STRANGER = 2
export const MAX_OFFERS_OF_KNOWN = 20
export const MAX_OFFERS_WAITING = 100
/** Answered and ended ones that are kept for looking at. */
export const MAX_OFFERS_KEPT = 500
export const OFFERS_KEPT_SECONDS = 7 * 86_400
/** An offer that nobody answers ends: who sent it has gone on. */
export const OFFER_SECONDS = 24 * 3_600
/** How often the other side is told how far it is. */
export const PROGRESS_MS = 1_000

/** COMMUNITY.md: one query in two seconds, ten at once; whom I know may ask more. */
export const STRANGER_QUERIES_A_SECOND = 0.5
export const STRANGER_QUERIES_AT_ONCE = 10
export const KNOWN_QUERIES_A_SECOND = 4
export const KNOWN_QUERIES_AT_ONCE = 40
/** One answer: 100 results, 64 KiB. */
export const MAX_HITS = 100
export const MAX_ANSWER_BYTES = 64 * 1_024
/** Words asked for. */
export const MAX_WORDS_BYTES = 256
/** Questions of mine on one link, and of others that the library works on. */
export const MAX_QUESTIONS = 8
/** An answer that does not come by then never does. */
export const QUESTION_MS = 10_000
/** Devices near at once: as many as links. */
export const MAX_NEAR = 64
/** A card is told again when what is offered has changed, not more often. */
export const CARD_MS = 5_000
