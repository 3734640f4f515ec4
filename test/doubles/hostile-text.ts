// Text that tries to be more than text, for tests of whatever shows names, messages and labels that others chose.

/** In each field with that field's name, so that a test sees which of them it reads. */
export function hostile(field: string): string {
  return `<img src=x onerror=alert("${field}")>${field}\u202Egpj.exe`
}
