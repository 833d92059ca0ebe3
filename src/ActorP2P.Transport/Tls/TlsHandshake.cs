using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ActorP2P.Transport;

/// <summary>
/// TLS 1.3 (RFC 8446) with both sides authenticated against the configured roots and nothing else. No session is
/// resumed, so a certificate is judged at every connection. The name in a certificate is not compared with the address
/// that was dialled: nodes move and addresses are no identity here; the node handshake proves the identity, and it
/// covers this TLS session by its channel binding.
/// </summary>
internal static class TlsHandshake
{
    // SslStream wants a name; it is not sent, being no host name of anybody.
    private const string TargetName = "";

    public static async Task<(SocketPipe? Pipe, TransportFailure? Failure)> DialAsync(
        Socket socket, TlsCredentials credentials, DateTimeOffset now, HandshakeGuard guard, CancellationToken cancellation)
    {
        var judge = new RemoteCertificateJudge();
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = TargetName,
            EnabledSslProtocols = SslProtocols.Tls13,
            AllowTlsResume = false,
            AllowRenegotiation = false,
            ClientCertificateContext = credentials.Context,
            CertificateChainPolicy = PolicyOf(credentials, now),
            RemoteCertificateValidationCallback = judge.Judge,
        };
        return await RunAsync(socket, credentials, judge, guard, (stream, token) => stream.AuthenticateAsClientAsync(options, token), cancellation);
    }

    public static async Task<(SocketPipe? Pipe, TransportFailure? Failure)> AcceptAsync(
        Socket socket, TlsCredentials credentials, DateTimeOffset now, HandshakeGuard guard, CancellationToken cancellation)
    {
        var judge = new RemoteCertificateJudge();
        var options = new SslServerAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls13,
            AllowTlsResume = false,
            AllowRenegotiation = false,
            ClientCertificateRequired = true,
            ServerCertificateContext = credentials.Context,
            CertificateChainPolicy = PolicyOf(credentials, now),
            RemoteCertificateValidationCallback = judge.Judge,
        };
        return await RunAsync(socket, credentials, judge, guard, (stream, token) => stream.AuthenticateAsServerAsync(options, token), cancellation);
    }

    public static byte[] SpkiHashOf(X509Certificate2 certificate) =>
        SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo());

    private static async Task<(SocketPipe? Pipe, TransportFailure? Failure)> RunAsync(
        Socket socket,
        TlsCredentials credentials,
        RemoteCertificateJudge judge,
        HandshakeGuard guard,
        Func<SslStream, CancellationToken, Task> authenticate,
        CancellationToken cancellation)
    {
        var records = new GatheringStream(socket) { Guard = guard };
        var stream = new SslStream(records, leaveInnerStreamOpen: false);
        try
        {
            guard.Resume();
            await authenticate(stream, cancellation);
        }
        catch (AuthenticationException exception)
        {
            await stream.DisposeAsync();
            return (null, judge.Refusal is { } refusal
                ? FailureClassifier.Of(TransportFailureReason.TlsRefused, $"remote certificate refused: {refusal}")
                : FailureClassifier.Classify(exception));
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
        finally
        {
            guard.Pause();
            records.Guard = null;
        }

        if (!stream.IsMutuallyAuthenticated || stream.SslProtocol != SslProtocols.Tls13 || judge.SpkiHash is null)
        {
            await stream.DisposeAsync();
            return (null, FailureClassifier.Of(TransportFailureReason.TlsRefused, "not TLS 1.3 with both sides authenticated"));
        }

        if (!ChannelBindingBytes.TryGet(stream, out var binding))
        {
            await stream.DisposeAsync();
            return (null, FailureClassifier.Of(TransportFailureReason.NoChannelBinding, "TLS gave no channel binding"));
        }

        return (new TlsPipe(socket, records, stream, new TlsBinding(binding, credentials.SpkiHash, judge.SpkiHash) { HandshakeCpu = guard.Cpu }), null);
    }

    private static X509ChainPolicy PolicyOf(TlsCredentials credentials, DateTimeOffset now)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            DisableCertificateDownloads = true,
            RevocationMode = X509RevocationMode.NoCheck,
            VerificationTime = now.UtcDateTime,
            VerificationTimeIgnored = false,
        };
        policy.CustomTrustStore.AddRange(credentials.Roots);
        return policy;
    }

    /// <summary>Accepts what the chain policy accepts, whatever the name, and remembers what it saw.</summary>
    private sealed class RemoteCertificateJudge
    {
        public string? Refusal { get; private set; }

        public byte[]? SpkiHash { get; private set; }

        public bool Judge(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
        {
            Refusal = Judge(certificate, chain, errors & ~SslPolicyErrors.RemoteCertificateNameMismatch);
            return Refusal is null;
        }

        private string? Judge(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
        {
            if (certificate is not X509Certificate2 leaf || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
            {
                return "none was sent";
            }

            if (errors != SslPolicyErrors.None)
            {
                var flags = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
                return flags is null or X509ChainStatusFlags.NoError ? errors.ToString() : flags.ToString();
            }

            SpkiHash = SpkiHashOf(leaf);
            return null;
        }
    }
}
