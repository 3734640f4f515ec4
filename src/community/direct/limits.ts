// Every bound of direct messages, each with what it protects.

/** Content of one entry: a text, or the list of a folder's files (32 KiB, as in rooms). */
export const MAX_CONTENT_BYTES = 36 * 1_024
/** Ids, clocks and heads around the content. */
export const MAX_ENTRY_BYTES = MAX_CONTENT_BYTES + 1_024
/** A card, a signature, other devices, and the seal around an entry. */
export const MAX_MAIL_BYTES = MAX_ENTRY_BYTES + 2 * 1_024
/** COMMUNITY.md: dependency heads of an entry. */
export const MAX_HEADS = 8
/** Lamport clocks: whole numbers that stay exact. */
export const MAX_NUMBER = 2 ** 48
/** Wall times: the last year of four digits, so that every one can be shown. */
export const MAX_SECONDS = 253_402_300_799
/** Devices that one message is sealed to: those of the recipient, and my own. */
export const MAX_TARGETS = 16

/** A prekey is written to for a week, and kept two weeks longer for what waited meanwhile (COMMUNITY.md). */
export const PREKEY_LIFE_SECONDS = 7 * 86_400
export const PREKEY_KEPT_SECONDS = 14 * 86_400
/**
 * Older than this a prekey may be gone before mail that waits for 72 h is fetched: it is asked of holders whether there is a
 * later one, and what was sealed to it is not left with them. It is opened for 21 days at least, so there are three to spare.
 */
export const PREKEY_STALE_SECONDS = 15 * 86_400
/** A correspondent's prekey from further ahead than this is refused: its clock is wrong. */
export const MAX_AHEAD_SECONDS = 86_400

/** Mail that waits with somebody (COMMUNITY.md). */
export const HELD_SECONDS = 72 * 3_600
export const MAX_HELD_A_TOKEN = 64
/** Of one device: the largest mails of one full token, or short ones of hundreds. */
export const MAX_HELD_A_BOX_BYTES = 3 * 1_024 * 1_024
/** For everybody together. */
export const MAX_HELD_BYTES = 64 * 1_024 * 1_024
/** Devices that we hold mail for: as many as two large circles have. */
export const MAX_BOXES = 2_048
/** Tokens that one device accepts: its contacts, and members of its circles. */
export const MAX_TOKENS = 4_000
/** Of a token, what its box tells: enough that none is guessed. */
export const TOKEN_HASH_BYTES = 16
/** A box that its device told nothing of for so long is forgotten. */
export const BOX_KEPT_SECONDS = 30 * 86_400

/** Copies of a mail that wait in different places: two may be off when the recipient comes. */
export const HOLDERS = 3
/** What could not be delivered for so long is given up; it stays in the conversation as only here. */
export const OUTBOX_SECONDS = 30 * 86_400
/** Entries that wait for one person. */
export const MAX_WAITING = 2_000
/** Unanswered mails on one link. */
export const MAX_UNANSWERED = 16
/** Mails being opened at once: what all links together may send unanswered. */
export const MAX_OPENING = 1_024
/** Mails of one person that are opened: a flood of theirs waits. */
export const OPENED_A_SECOND = 10
export const OPENED_AT_ONCE = 200
/** Greetings on one link: once, again when a circle is shared, and a few for what was changed. */
export const MAX_HELLOS = 16
/** Receipts that go together. */
export const MAX_RECEIPTS = 64
/** A receipt waits this long for others. */
export const RECEIPT_DELAY_MS = 2_000
/** How often what is too old is looked for. */
export const TIDY_MS = 3_600_000
