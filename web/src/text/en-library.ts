// Words of Library › Shared.

export const enLibrary = {
  'library.title': 'Library',
  'library.shared': 'Shared',
  'library.loading': 'Asking…',
  'library.empty': 'Nothing is shared.',
  'library.emptyMeans': 'What you share stays where it is. You say who can get it, and can stop at any time.',
  'library.since': 'Since',
  'library.size': (size: string, files: string) => `${size}, ${files}`,
  'library.more': 'Link and more',
  'library.moreOf': (name: string) => `Link and more: ${name}`,
  'library.less': 'Less',
  'library.copy': 'Copy link',
  'library.copyOf': (name: string) => `Copy link: ${name}`,
  'library.copied': (name: string) => `Copied the link of ${name}.`,
  'library.notCopied': 'The browser did not let the link be copied. It is under “Link and more”.',
  'library.stopOf': (name: string) => `Stop sharing: ${name}`,
  'library.widen': (files: string) => `Share ${files} with everyone`,
  'library.narrowed': (name: string) => `Only people with the link can get ${name} now.`,
  'library.widened': (name: string) => `Everyone can get ${name} now.`,
  'library.got': 'You got this, and give it on.',
} as const
