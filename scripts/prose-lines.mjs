// Finds the prose in a file: Markdown without its code, or the comments and strings of TypeScript and JavaScript.
import ts from 'typescript'

/**
 * The lines of a file, in which everything but prose is replaced by spaces.
 *
 * @param {string} path - Its ending decides how the text is read: `.md` is Markdown, anything else is code.
 * @param {string} text
 * @returns {string[]}
 */
export function proseLines(path, text) {
  const isMarkdown = path.endsWith('.md')
  return (isMarkdown ? wordsOfMarkdown(text) : wordsOfCode(path, text)).split('\n')
}

const wordsOfMarkdown = (text) =>
  withoutInlineCode(blank(text, matches(text, /^ *```.*?^ *```/gms)))

const withoutInlineCode = (text) => blank(text, matches(text, /`[^`\n]*`/g))

/** The comments and strings of a file of code. */
function wordsOfCode(path, text) {
  const literals = literalsOf(path, text)
  const comments = matches(blank(text, literals), /\/\/[^\n]*|\/\*.*?\*\//gs)
  const words = [
    ...literals.filter(({ isWords }) => isWords),
    ...comments.map((range) => ({ ...range, isComment: true })),
  ].sort(byStart)
  let prose = ''
  for (const { start, end, isComment } of words) {
    const found = text.slice(start, end)
    prose += blankAll(text.slice(prose.length, start))
    prose += isComment ? withoutInlineCode(found) : found
  }
  return prose + blankAll(text.slice(prose.length))
}

/** Where the literals of a file are, and whether they can contain words. */
function literalsOf(path, text) {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest)
  const literals = []
  const visit = (node) => {
    if (ts.isLiteralExpression(node) || ts.isTemplateLiteralToken(node)) {
      const isWords = !ts.isNumericLiteral(node) && !ts.isRegularExpressionLiteral(node)
      literals.push({ start: node.getStart(file), end: node.end, isWords })
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return literals.sort(byStart)
}

const byStart = (a, b) => a.start - b.start

const matches = (text, pattern) =>
  [...text.matchAll(pattern)].map(({ index, 0: match }) => ({
    start: index,
    end: index + match.length,
  }))

/** Replaces the ranges by spaces, and keeps line breaks. */
function blank(text, ranges) {
  let result = ''
  for (const { start, end } of ranges) {
    result += text.slice(result.length, start) + blankAll(text.slice(start, end))
  }
  return result + text.slice(result.length)
}

const blankAll = (text) => text.replaceAll(/[^\n]/g, ' ')
