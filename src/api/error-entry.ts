// What the map of errors holds for one code, and how facts of an error's data enter its sentence.
// Promise: a missing fact never spoils a sentence; every helper takes the word for its absence.

import type { ErrorData } from '../base/errors.ts'
import { formatDuration, formatSize } from './format-quantity.ts'

/** 1 failed, 2 wrong use or invalid input, 130 interrupted. */
export type ExitCode = 1 | 2 | 130

export type Sentence = string | ((data: ErrorData) => string)

export interface ErrorEntry {
  readonly exit: ExitCode
  /** What happened, to what. */
  readonly message: Sentence
  /** What is untouched, what to do. */
  readonly help?: Sentence
  /** The same command may succeed later, unchanged. */
  readonly retry?: boolean
}

/** Keys are public codes. */
export type ErrorTable = Readonly<Record<string, ErrorEntry>>

export function say(sentence: Sentence, data: ErrorData): string {
  return typeof sentence === 'string' ? sentence : sentence(data)
}

export function word(data: ErrorData, key: string, otherwise: string): string {
  const value = data[key]
  return value === undefined || value === '' ? otherwise : String(value)
}

export function size(data: ErrorData, key: string, otherwise: string): string {
  const value = data[key]
  return typeof value === 'number' ? formatSize(value) : otherwise
}

export function duration(data: ErrorData, key: string, otherwise: string): string {
  const value = data[key]
  return typeof value === 'number' ? formatDuration(value) : otherwise
}

/** `prefix` + fact + `suffix`, or nothing at all. */
export function given(data: ErrorData, key: string, prefix: string, suffix = ''): string {
  const value = data[key]
  return value === undefined || value === '' ? '' : `${prefix}${value}${suffix}`
}
