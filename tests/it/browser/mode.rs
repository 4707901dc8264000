//! The ways in which every page is looked at.

/// A way of showing pages.
pub struct Mode {
    pub name: &'static str,
    /// In CSS pixels.
    pub width: u32,
    pub height: u32,
    /// Pixels of the screen for each CSS pixel.
    pub scale: u32,
    /// A phone's viewport, and fingers.
    pub touch: bool,
    /// What the person prefers: `light` or `dark`.
    pub colours: &'static str,
    /// `screen` or `print`.
    pub medium: &'static str,
}

pub const LIGHT: Mode = Mode {
    name: "light",
    width: 1280,
    height: 800,
    scale: 1,
    touch: false,
    colours: "light",
    medium: "screen",
};

pub const DARK: Mode = Mode {
    name: "dark",
    colours: "dark",
    ..LIGHT
};

pub const PHONE: Mode = Mode {
    name: "phone",
    width: 390,
    height: 844,
    scale: 2,
    touch: true,
    ..LIGHT
};

/// 1280 × 1024 at 400 % (WCAG 1.4.10); in smaller pictures than that screen's.
pub const ZOOM: Mode = Mode {
    name: "zoom",
    width: 320,
    height: 256,
    scale: 2,
    ..LIGHT
};

/// A4 between its margins, of somebody who prefers dark: paper is white all the same.
pub const PRINT: Mode = Mode {
    name: "print",
    width: 718,
    height: 1047,
    colours: "dark",
    medium: "print",
    ..LIGHT
};

/// All of them.
pub const MODES: [&Mode; 5] = [&LIGHT, &DARK, &PHONE, &ZOOM, &PRINT];
