// Every bound of signed catalogues (docs/decisions/0023-catalogue.md), each with what it protects.
// They are part of the protocol: whoever builds or checks a catalogue has the same ones.

/** SHA-256. */
export const HASH_BYTES = 32
/** Ed25519 (RFC 8032). */
export const AUTHOR_BYTES = 32
export const SIGNATURE_BYTES = 64

/** A display name, and each folder of a path: what every common file system takes. */
export const MAX_NAME_BYTES = 255
/** Words of a name that can be asked for: a name of 255 bytes rarely has more, and each costs room in summaries. */
export const MAX_WORDS = 16
export const MAX_WORD_BYTES = 64
/** As deep as the library looks into a folder. */
export const MAX_FOLDERS = 100
/** All folders of a path together, as the longest path of the common systems. */
export const MAX_FOLDERS_BYTES = 4_096
export const MAX_KIND_BYTES = 24
/** Artist, album and title, each. */
export const MAX_FACT_BYTES = 255
export const MAX_CODEC_BYTES = 32
/** 120 characters, of three bytes at most (one of four bytes counts as two). */
export const MAX_PUBLISHER_BYTES = 360
/** An SPDX id. */
export const MAX_LICENCE_ID_BYTES = 64
/** An entry with every field at its longest fits. */
export const MAX_ENTRY_BYTES = 8_192
/** Lists and dictionaries inside an entry: itself, and one level. */
export const MAX_ENTRY_DEPTH = 2
/** Keys and values of an entry: 100 folders, 16 words, 10 facts and what is always there. */
export const MAX_ENTRY_TOKENS = 200

/** A head: two hashes, a signature, an audience and four numbers. */
export const MAX_HEAD_BYTES = 400
/** A head says what was true a while ago; after a week it says nothing, so that what was withdrawn is not shown for ever. */
export const MAX_HEAD_LIFE_SECONDS = 7 * 24 * 3_600
/** Clocks differ; a head from further ahead than this is refused. */
export const MAX_CLOCK_AHEAD_SECONDS = 600

/** Branching bits of a path: a key has 256 bits, and each can branch once. */
export const MAX_PATH_STEPS = 256
/** A bit and a hash. */
export const PATH_STEP_BYTES = 1 + HASH_BYTES

/** As many files as a library holds. */
export const MAX_CATALOGUE_ENTRIES = 1_000_000
/** Of one author and audience that somebody else keeps a whole copy of; beyond it they are asked instead. */
export const MAX_REPLICATED_ENTRIES = 50_000
/** One page of differences, so that a slow link and a small memory are enough. */
export const MAX_PAGE_BYTES = 262_144
/** Changes in a page: a removed key takes 35 bytes. */
export const MAX_PAGE_CHANGES = 8_192

/** Rows of one answer of the browse tree. */
export const MAX_BROWSE_ROWS = 200
