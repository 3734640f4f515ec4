// The choices that more than one part of the page looks at.

import { flag, oneOf, Preference } from './preference.ts'

export type Theme = 'system' | 'light' | 'dark'

export const theme = new Preference<Theme>('theme', 'system', oneOf('system', 'light', 'dark'))
/** Whether `p`, `j` and others are keys; some people speak to their computer, and their words are letters. */
export const letterKeys = new Preference('letterKeys', true, flag)
