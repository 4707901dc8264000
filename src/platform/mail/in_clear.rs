//! A connection that begins in clear and goes on under TLS (RFC 3207).
//!
//! Who is on the way can add answers in clear behind the one to `STARTTLS`. Read ahead, they would be taken for the server's first ones
//! under TLS, and a mail that nobody took would count as sent. So nothing is read ahead: what follows that answer reaches TLS, which
//! ends there.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll, ready},
};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// What TLS begins with (RFC 8446 §5.1), and no command does.
const HANDSHAKE: u8 = 22;

/// The connection.
#[derive(Debug)]
pub(super) struct InClear {
    socket: TcpStream,
    is_over: bool,
}

impl InClear {
    pub(super) const fn new(socket: TcpStream) -> Self {
        Self {
            socket,
            is_over: false,
        }
    }
}

impl AsyncRead for InClear {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        read: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.is_over {
            return Pin::new(&mut self.socket).poll_read(cx, read);
        }
        let mut one = [0];
        let mut byte = ReadBuf::new(&mut one);
        ready!(Pin::new(&mut self.socket).poll_read(cx, &mut byte))?;
        read.put_slice(byte.filled());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for InClear {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.is_over |= bytes.first() == Some(&HANDSHAKE);
        Pin::new(&mut self.socket).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}

impl AsyncTokioStream for InClear {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.socket.peer_addr()
    }
}
