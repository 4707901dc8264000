// What can be measured of a page as it is shown now. Arguments: the width of the window in CSS pixels, and whether it is
// a printer's paper. Answers the faults, one sentence each.
const [width, isPaper] = arguments;
const faults = [];
const name = (element) => {
    const id = element.id ? `#${element.id}` : "";
    const text = (element.innerText || element.value || "").trim().replace(/\s+/g, " ").slice(0, 30);
    return `<${element.tagName.toLowerCase()}${id}${element.className ? ` class="${element.className}"` : ""}> "${text}"`;
};
const all = [...document.body.querySelectorAll("*")].filter((it) => it.checkVisibility());
// Hidden from eyes on purpose: the skip link until it has the focus, and what is for ears only.
const isForEyes = (element) => !element.closest(".vh") && !(element.matches(".skip") && element !== document.activeElement);

// A phone's window grows with a page that is too wide, so its width is not asked of the window.
const page = document.documentElement;
if (page.scrollWidth > width) {
    faults.push(`the page is ${page.scrollWidth} px wide, the window ${width}`);
}
for (const element of all.filter(isForEyes)) {
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    if (box.width > 0 && (box.right > width + 0.5 || box.left < -0.5)) {
        faults.push(`${name(element)} reaches from ${box.left} to ${box.right} in a window of ${width}`);
    }
    const overflows = element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0;
    const isCut = isPaper ? style.overflowX !== "visible" : ["hidden", "clip"].includes(style.overflowX);
    const isField = element.matches("input,select");
    if (overflows && ((isCut && !isField) || element.readOnly)) {
        faults.push(`${name(element)} is cut off: ${element.scrollWidth} px in ${element.clientWidth}`);
    }
    // Into what stands beside it, perhaps.
    const hasText = [...element.childNodes].some((it) => it.nodeType === Node.TEXT_NODE && it.data.trim());
    if (overflows && style.overflowX === "visible" && style.display !== "inline" && hasText) {
        faults.push(`${name(element)} runs over its edge: ${element.scrollWidth} px in ${element.clientWidth}`);
    }
    // WCAG 2.5.8: a finger's size, but for links within a sentence.
    const isInSentence = element.matches("a") && style.display === "inline" &&
        element.parentElement.innerText.trim() !== element.innerText.trim();
    if (!isPaper && element.matches("a[href],button,input,select,textarea,summary") && !isInSentence) {
        if (box.width < 23.9 || box.height < 23.9) {
            faults.push(`${name(element)} is a target of ${box.width} × ${box.height} px only`);
        }
    }
}

// What every page has.
const error = { en: "Error: ", de: "Fehler: " }[document.documentElement.lang];
const headings = document.querySelectorAll("h1");
if (headings.length !== 1) {
    faults.push(`${headings.length} h1`);
} else if (!headings[0].checkVisibility() || headings[0].getBoundingClientRect().height < 20) {
    faults.push("the heading is not to be seen");
} else if (!document.title.startsWith(`${document.querySelector("[role=alert]") ? error : ""}${headings[0].innerText.trim()} \u2013 `)) {
    faults.push(`the title "${document.title}" is not the heading and the product`);
}
for (const [what, css] of [["skip link", "body > a.skip:first-child"], ["header", "body > header"], ["footer", "body > footer"]]) {
    if (!document.querySelector(css)) faults.push(`no ${what}`);
}
for (const element of document.querySelectorAll("script:not([src]),[style],style")) {
    faults.push(`${name(element)} is inline: the policy forbids it`);
}
return faults;
