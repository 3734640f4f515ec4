// The words of a person (BIP 39, English list): 128 random bits as twelve words, and back. Also the list itself, for the
// words by which two people compare keys. Tolerant of capitals and space, of nothing else: a typo fails the checksum.

import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import { CommunityError } from '../community-error.ts'

/** 128 bits: as strong as the keys made of them (Ed25519, X25519). */
export const ENTROPY_BYTES = 16
export const WORD_COUNT = 12

/** 2,048 words, each known by its first four letters. */
export const WORD_LIST: readonly string[] = wordlist

/** @param entropy 16 random bytes */
export function wordsOf(entropy: Uint8Array): readonly string[] {
  if (entropy.length !== ENTROPY_BYTES) throw new RangeError(`entropy has ${ENTROPY_BYTES} bytes`)
  return entropyToMnemonic(entropy, wordlist).split(' ')
}

/** @throws CommunityError WORDS_WRONG, with `word` (from 1) for the first that is not in the list */
export function entropyOf(words: readonly string[]): Uint8Array {
  const tidy = words
    .join(' ')
    .normalize('NFKD')
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  if (tidy.length !== WORD_COUNT) throw new CommunityError('WORDS_WRONG', { count: tidy.length })
  const unknown = tidy.findIndex((word) => !wordlist.includes(word))
  if (unknown >= 0) throw new CommunityError('WORDS_WRONG', { word: unknown + 1 })
  try {
    return mnemonicToEntropy(tidy.join(' '), wordlist)
  } catch {
    // All words are in the list, so what is left to be wrong is the checksum in the last one.
    throw new CommunityError('WORDS_WRONG', {})
  }
}
