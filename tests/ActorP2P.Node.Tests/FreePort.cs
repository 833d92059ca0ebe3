using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ActorP2P.Program.Tests;

/// <summary>Ports for networks of two nodes.</summary>
public static class FreePort
{
    // Two neighbouring ports, for net init counts upwards; below those that systems give to connections of their own accord,
    // so that none is taken between this look and the start of the program.
    public static string Next()
    {
        while (true)
        {
            var port = Random.Shared.Next(12_000, 32_000);
            try
            {
                using var first = new TcpListener(IPAddress.Loopback, port);
                first.Start();
                using var second = new TcpListener(IPAddress.Loopback, port + 1);
                second.Start();
                return port.ToString(CultureInfo.InvariantCulture);
            }
            catch (SocketException)
            {
                // Taken: the next pair may be free.
            }
        }
    }
}
