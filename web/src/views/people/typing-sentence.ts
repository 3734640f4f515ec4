import { visible } from '../../../../src/api/unseen-characters.ts'
import { t } from '../../text/t.ts'

/** Empty while nobody writes. */
export function typingSentence(names: readonly string[]): string {
  const [first, second, third] = names.map(visible)
  if (first === undefined) return ''
  if (second === undefined) return t('talk.typing.one', first)
  return third === undefined ? t('talk.typing.two', first, second) : t('talk.typing.many')
}
