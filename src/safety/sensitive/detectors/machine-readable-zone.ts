// The lines at the foot of passports, identity cards and visas (ICAO 9303): three forms, each with check digits.

import { type PrivateFinding, sureOf } from '../finding.ts'

const WEIGHTS = [7, 3, 1]

export function mrzFindings(text: string): PrivateFinding[] {
  if (!text.includes('<<')) return []
  const lines = text
    .split('\n')
    .filter((line) => line.length < 200 && line.includes('<'))
    .map((line) => line.replace(/[\s«]/g, (sign) => (sign === '«' ? '<<' : '')).toUpperCase())
  for (let i = 0; i < lines.length; i++) {
    const [first = '', second = ''] = [lines[i], lines[i + 1]]
    const country = first.slice(2, 5).replaceAll('<', '')
    if (
      /^[PV][A-Z<][A-Z<]{3}/.test(first) &&
      first.length >= 36 &&
      first.length <= 44 &&
      second.length >= 36
    ) {
      if (checked(second, 0, 9) && checked(second, 13, 19))
        return [sureOf('identity-paper', 'mrz', { country })]
    }
    if (/^[AIC][A-Z0-9<][A-Z<]{3}/.test(first) && first.length >= 28) {
      if (checked(second, 0, 6) && checked(second, 8, 14))
        return [sureOf('identity-paper', 'mrz', { country })]
      if (checked(second, 0, 9) && checked(second, 13, 19))
        return [sureOf('identity-paper', 'mrz', { country })]
    }
  }
  return []
}

/** The sign behind [from, to) is its check digit. */
function checked(line: string, from: number, to: number): boolean {
  const field = line.slice(from, to)
  if (field.length !== to - from || /^<+$/.test(field)) return false
  let sum = 0
  for (let i = 0; i < field.length; i++) {
    const sign = field.charAt(i)
    const value = sign === '<' ? 0 : sign >= 'A' ? sign.charCodeAt(0) - 55 : Number(sign)
    sum += value * (WEIGHTS[i % 3] as number)
  }
  return String(sum % 10) === line.charAt(to)
}
