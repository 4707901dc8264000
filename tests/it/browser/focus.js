// Where the focus is. Argument: "start" puts it before everything; otherwise answers which of the page's controls has it, and
// what is wrong with how that looks.
const controls = [...document.querySelectorAll("a[href],button,input,select,textarea,summary,[tabindex]")]
    .filter((it) => it.checkVisibility() && !it.disabled && it.type !== "hidden" && it.tabIndex >= 0);
const name = (element) => `<${element.tagName.toLowerCase()}> "${(element.innerText || element.name || "").trim().slice(0, 30)}"`;
if (arguments[0] === "start") {
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.blur();
    document.body.removeAttribute("tabindex");
    scrollTo(0, 0);
    return controls.map(name);
}

// Any colour as red, green, blue, alpha.
const canvas = document.createElement("canvas");
canvas.width = canvas.height = 1;
const context = canvas.getContext("2d", { willReadFrequently: true });
const rgba = (colour) => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data];
};
const luminance = ([red, green, blue]) => {
    const linear = [red, green, blue].map((it) => it / 255).map((it) => it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
};
const contrast = (one, other) => {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
};
const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
        const colour = rgba(getComputedStyle(at).backgroundColor);
        if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
};

const active = document.activeElement;
if (!active || active === document.body) return { at: -1, faults: [] };
const faults = [];
const style = getComputedStyle(active);
const box = active.getBoundingClientRect();
if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) {
    faults.push(`${name(active)} has the focus and does not show it`);
} else {
    const ratio = contrast(rgba(style.outlineColor), behind(active.parentElement));
    if (ratio < 3) faults.push(`${name(active)} shows its focus with a contrast of ${ratio.toFixed(1)}`);
}
if (box.left < 0 || box.top < 0 || box.right > innerWidth || box.top >= innerHeight) {
    faults.push(`${name(active)} has the focus out of sight`);
}
return { at: controls.indexOf(active), name: name(active), faults };
