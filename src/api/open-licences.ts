// Open licences that something can be offered under: known here by their SPDX id, because what is said goes out signed, and a
// word that is no licence gives nobody a right. What others say in their catalogues may be any id.

/** Open licences as people know them, by their SPDX id. */
export const OPEN_LICENCES = [
  { id: 'CC0-1.0', name: 'CC0: no rights reserved' },
  { id: 'CC-BY-4.0', name: 'CC BY: name who made it' },
  { id: 'CC-BY-SA-4.0', name: 'CC BY-SA: name, and pass on alike' },
  { id: 'CC-BY-NC-4.0', name: 'CC BY-NC: name, not for money' },
  { id: 'CC-BY-NC-SA-4.0', name: 'CC BY-NC-SA: name, not for money, alike' },
  { id: 'CC-BY-ND-4.0', name: 'CC BY-ND: name, unchanged' },
  { id: 'CC-BY-NC-ND-4.0', name: 'CC BY-NC-ND: name, not for money, unchanged' },
  { id: 'CC-PDDC', name: 'Public domain' },
  { id: 'MIT', name: 'MIT' },
  { id: 'Apache-2.0', name: 'Apache 2.0' },
  { id: 'BSD-3-Clause', name: 'BSD, 3 clauses' },
  { id: 'MPL-2.0', name: 'Mozilla 2.0' },
  { id: 'GPL-3.0-or-later', name: 'GPL 3 or later' },
  { id: 'AGPL-3.0-or-later', name: 'AGPL 3 or later' },
  { id: 'ODbL-1.0', name: 'Open Database License' },
  { id: 'CC-BY-3.0', name: 'CC BY 3.0: name who made it' },
  { id: 'CC-BY-SA-3.0', name: 'CC BY-SA 3.0: name, and pass on alike' },
  { id: 'OFL-1.1', name: 'SIL Open Font License' },
  { id: 'GFDL-1.3-or-later', name: 'GNU Free Documentation 1.3 or later' },
  { id: 'GPL-2.0-or-later', name: 'GPL 2 or later' },
  { id: 'LGPL-3.0-or-later', name: 'LGPL 3 or later' },
  { id: 'BSD-2-Clause', name: 'BSD, 2 clauses' },
  { id: 'ISC', name: 'ISC' },
  { id: 'EUPL-1.2', name: 'European Union Public Licence 1.2' },
  { id: 'Unlicense', name: 'Unlicense' },
] as const

export function isOpenLicence(id: string): boolean {
  return OPEN_LICENCES.some((one) => one.id === id)
}
