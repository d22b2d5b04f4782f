/** A markdown-it plug-in: bare addresses become links where GitHub's do. Everything else stays linkify-it's. */
import type MarkdownIt from "markdown-it";

const DOMAIN = /[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*/uy;
const REST = /[^\s<]*/y;
const TRAILING = /(?:[?!.,:*_~'"]|&[A-Za-z0-9]+;)$/;
const MAIL_HOST = /@[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.[a-z0-9_-]*[a-z0-9](?![a-z0-9_-])/gi;

export function autolinks(md: InstanceType<typeof MarkdownIt>): void {
  md.linkify.re.get_fuzzy_mail_host_search = () => {
    MAIL_HOST.lastIndex = 0;
    return MAIL_HOST;
  };
  md.linkify.add("www.", {
    validate: wwwLength,
    normalize(match) {
      match.url = `http://${match.url}`;
    },
  });
}

/** How much behind `www.` belongs to the address (GFM, "extended www autolink"). */
function wwwLength(text: string, from: number): number {
  const domain = exec(DOMAIN, text, from);
  if (!domain || domain.split(".").slice(-2).join("").includes("_")) return 0;
  let address = domain + exec(REST, text, from + domain.length);
  for (;;) {
    const shorter =
      address.endsWith(")") && closesNothing(address) ? address.slice(0, -1) : address.replace(TRAILING, "");
    if (shorter === address) return address.length;
    address = shorter;
  }
}

function exec(pattern: RegExp, text: string, from: number): string {
  pattern.lastIndex = from;
  return pattern.exec(text)?.[0] ?? "";
}

const closesNothing = (address: string): boolean => address.split(")").length > address.split("(").length;
