// Check digits and dates of national numbers that stdnum does not know, or is too strict about. Each by the rule its state published.

const digitsOf = (written: string): number[] => [...written.replace(/\D/g, '')].map(Number)

export function weighted(digits: readonly number[], weights: readonly number[]): number {
  return weights.reduce((sum, weight, i) => sum + weight * (digits[i] ?? 0), 0)
}

export function chinese(written: string): boolean {
  const sum = weighted(
    [...written.slice(0, 17)].map(Number),
    [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2],
  )
  return '10X98765432'[sum % 11] === written[17]?.toUpperCase()
}

/** Those given since 2020 have no check digit: a date of birth and a right first figure must do. */
export function korean(written: string): boolean {
  return validDate(written.slice(2, 4), written.slice(4, 6))
}

export function danish(written: string): boolean {
  const digits = written.replace(/\D/g, '')
  return validDate(digits.slice(2, 4), digits.slice(0, 2))
}

/** Those of before 2017 begin with a date, later ones with 32. */
export function latvian(written: string): boolean {
  const digits = written.replace(/\D/g, '')
  return digits.startsWith('32') || validDate(digits.slice(2, 4), digits.slice(0, 2))
}

export function malaysian(written: string): boolean {
  const digits = written.replace(/\D/g, '')
  return validDate(digits.slice(2, 4), digits.slice(4, 6))
}

/** Women's days are counted from 41. */
export function indonesian(written: string): boolean {
  const day = Number(written.slice(6, 8))
  return validDate(written.slice(8, 10), String(day > 40 ? day - 40 : day))
}

export function egyptian(written: string): boolean {
  return validDate(written.slice(3, 5), written.slice(5, 7))
}

export function kazakh(written: string): boolean {
  return validDate(written.slice(2, 4), written.slice(4, 6))
}

export function validDate(month: string, day: string): boolean {
  return Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= 31
}

export function snils(written: string): boolean {
  const digits = digitsOf(written)
  const sum = weighted(digits, [9, 8, 7, 6, 5, 4, 3, 2, 1])
  const check = sum % 101 === 100 ? 0 : sum % 101
  return check === (digits[9] ?? 0) * 10 + (digits[10] ?? 0)
}

export function iranian(written: string): boolean {
  const digits = digitsOf(written)
  const rest = weighted(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11
  return digits[9] === (rest < 2 ? rest : 11 - rest)
}

export function taiwanese(written: string): boolean {
  const letter = 'ABCDEFGHJKLMNPQRSTUVXYWZIO'.indexOf(written.charAt(0)) + 10
  const digits = [Math.floor(letter / 10), letter % 10, ...digitsOf(written.slice(1))]
  return weighted(digits, [1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1]) % 10 === 0
}

export function japanese(written: string): boolean {
  const digits = digitsOf(written)
  const rest = weighted(digits, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
  return digits[11] === (rest <= 1 ? 0 : 11 - rest)
}

export function hungarianTaj(written: string): boolean {
  const digits = digitsOf(written)
  return weighted(digits, [3, 7, 3, 7, 3, 7, 3, 7]) % 10 === digits[8]
}

export function hungarianTax(written: string): boolean {
  const digits = digitsOf(written)
  return weighted(digits, [1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11 === digits[9]
}

export function nhs(written: string): boolean {
  const digits = digitsOf(written)
  const check = 11 - (weighted(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)
  return digits[9] === (check === 11 ? 0 : check)
}

export function luhnValid(written: string): boolean {
  const digits = digitsOf(written).reverse()
  return (
    digits.reduce(
      (sum, digit, i) => sum + (i % 2 === 0 ? digit : digit * 2 > 9 ? digit * 2 - 9 : digit * 2),
      0,
    ) %
      10 ===
    0
  )
}

/** No check digit: what was never given is left out, and the famous ones of leaflets. */
export function american(written: string): boolean {
  const digits = written.replace(/\D/g, '')
  if (/^(?:000|666|9)/.test(digits) || digits.slice(3, 5) === '00' || digits.slice(5) === '0000') return false
  return digits !== '078051120' && digits !== '219099999'
}
